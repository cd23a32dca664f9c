"""Django, set up for one place; a process serves one place and no other."""

from __future__ import annotations

from stockward.terms.errors import UsageError
from stockward.web.running.place import ServerPlace


def set_up(place: ServerPlace) -> None:
    """Tell Django the settings of the place; raises ``UsageError`` where what the server needs is not installed."""
    try:
        import allauth.account
        import axes
        import csp
        import django
        import django_tasks_db
        import waitress
        import whitenoise  # noqa: F401 - each is asked for, since each may be lacking
        from django.conf import settings
    except ImportError as error:
        mend = 'install what it needs with: python -m pip install "stockward[web]"'
        raise UsageError(f"stockward serve: {error.name} is not installed: {mend}") from None
    _require_driver(place)
    from stockward.web.running.settings import django_settings

    if not settings.configured:
        settings.configure(**django_settings(place))
    django.setup()


def _require_driver(place: ServerPlace) -> None:
    if place.database is None:
        return
    try:
        import psycopg  # noqa: F401 - it is Django that uses it
    except ImportError:
        mend = 'install it with: python -m pip install "stockward[postgres]"'
        raise UsageError(f"--database: what speaks to PostgreSQL is not installed: {mend}") from None


def bring_up_to_date(place: ServerPlace) -> None:
    """Make the book and the tables of the accounts where there are none, or bring these to the form of this version."""
    from django.core.management import call_command
    from django.db import OperationalError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        said = " ".join(str(error).split())
        raise UsageError(f"--database: it cannot be reached ({said}): check its address, and that it runs") from None
