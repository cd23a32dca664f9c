"""The first account of a server: an administrator, by a password at the terminal or by a link; never a default one."""

from __future__ import annotations

from stockward.terms.errors import UsageError
from stockward.web.running.place import ServerPlace


def first_account_lacks() -> bool:
    """Whether there is no administrator yet."""
    from stockward.web.models import UserAccount

    return not UserAccount.objects.filter(is_administrator=True, is_active=True).exists()


def make_first_account(name: str, password: str) -> None:
    """Make the administrator with a password; raises ``UsageError`` for a name or a password that will not do."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    account = _made(name)
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise UsageError(f"the password: {' '.join(error.messages)}: think of another") from None
    account.set_password(password)
    account.save()


def link_of_first_account(name: str, place: ServerPlace) -> str:
    """Make the administrator without a password, and return the address where it is set, once."""
    from django.urls import reverse

    from stockward.web.models import PasswordLink, UserAccount

    kept = UserAccount.objects.filter(name=name, is_administrator=True).first()
    account = kept or _made(name)
    account.is_active = True  # a link of one that may not sign in would open nothing
    if kept is None:
        account.set_unusable_password()
    account.save()
    return place.address.rstrip("/") + reverse("welcome", args=[PasswordLink.make(account)])


def _made(name: str) -> UserAccount:  # type: ignore[name-defined]  # noqa: F821 - models are loaded once Django is set up
    from django.core.exceptions import ValidationError

    from stockward.web.models import UserAccount

    account = UserAccount(name=name, is_administrator=True, password="!")
    try:
        account.full_clean()
    except ValidationError as error:
        raise UsageError(f"{name}: {' '.join(error.messages)}: give another name") from None
    return account
