"""Django, set up for one place; a process serves one place and no other."""

from __future__ import annotations

from importlib.util import find_spec

from stockward.terms.errors import UsageError
from stockward.web.running.place import ServerPlace

_NEEDED = (
    "django", "allauth", "axes", "csp", "django_htmx", "django_tasks_db", "fido2", "pyrage", "qrcode", "sqlalchemy",
    "waitress", "whitenoise",
)  # fmt: skip


def set_up(place: ServerPlace) -> None:
    """Tell Django the settings of the place; raises ``UsageError`` where what the server needs is not installed."""
    lacking = [name for name in _NEEDED if find_spec(name) is None]
    if lacking:
        mend = 'install what it needs with: python -m pip install "stockward[web]"'
        raise UsageError(f"stockward serve: {', '.join(lacking)} is not installed: {mend}")
    _require_driver(place)
    import django
    from django.conf import settings

    from stockward.web.running.settings import django_settings

    if not settings.configured:
        settings.configure(**django_settings(place))
    django.setup()


def _require_driver(place: ServerPlace) -> None:
    if place.database is not None and find_spec("psycopg") is None:
        mend = 'install it with: python -m pip install "stockward[postgres]"'
        raise UsageError(f"--database: what speaks to PostgreSQL is not installed: {mend}")


def bring_up_to_date(place: ServerPlace) -> None:
    """Make the book and the tables of the accounts where there are none, or bring these to the form of this version."""
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        said = " ".join(str(error).split())
        raise UsageError(f"--database: it cannot be reached ({said}): check its address, and that it runs") from None
    from stockward.web.records.the_book import make_book

    make_book(place)
    _require_key_of_factors(place)


def _require_key_of_factors(place: ServerPlace) -> None:
    """With another key nobody could sign in: that is said before anybody tries."""
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from cryptography.fernet import InvalidToken

    sealed = Authenticator.objects.filter(type=Authenticator.Type.TOTP).first()
    try:
        if sealed is not None:
            get_adapter().decrypt(sealed.data["secret"])
    except InvalidToken:
        said = "the second factors were sealed with another key: put back the file of the backup"
        raise UsageError(f"{place.folder / 'second_factors.secret'}: {said}") from None
