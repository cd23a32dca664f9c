"""What is particular to this server in allauth: nobody signs up, and how the second factor is named in an app."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class ClosedAccounts(DefaultAccountAdapter):
    """Accounts are made by an administrator alone."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Never."""
        return False


class SecondFactors(DefaultMFAAdapter):
    """How an account is named in an authenticator app, and how its secret is kept."""

    def get_totp_label(self, user: Any) -> str:
        """The name of the account."""
        return str(user.name)

    def get_totp_issuer(self) -> str:
        """The program."""
        return "Stockward"

    def encrypt(self, text: str) -> str:
        """Seal a secret with the key of the server: who has the database alone has no second factor."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> Any:
    import base64

    from cryptography.fernet import Fernet
    from django.conf import settings

    key = bytes.fromhex(settings.STOCKWARD_PLACE.secret("second_factors"))
    return Fernet(base64.urlsafe_b64encode(key))
