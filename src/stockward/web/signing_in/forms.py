"""Forms in which somebody proves who they are, each behind the lock; and the one that sets a password."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as FactorAgainForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from stockward.web.signing_in.locks import count_wrong_try, require_unlocked, require_unused


class SecondFactor(AuthenticateForm):
    """The code of the app, or a recovery code, after the password."""

    def clean_code(self) -> str:
        """The code, where the account is not locked and the code is right."""
        require_unlocked(context.request, self.user)
        code = str(super().clean_code())
        require_unused(context.request, self.authenticator, code)
        return code


class SecondFactorAgain(FactorAgainForm):
    """The code once more, before something that matters."""

    def clean_code(self) -> str:
        """The code, where the account is not locked and the code is right."""
        require_unlocked(context.request, self.user)
        code = str(super().clean_code())
        require_unused(context.request, self.authenticator, code)
        return code


class PasswordAgain(ReauthenticateForm):
    """The password once more, before something that matters. A wrong one is counted as at signing in."""

    def clean_password(self) -> str:
        """The password, where the account is not locked and the password is right."""
        require_unlocked(context.request, self.user)
        return str(super().clean_password())


class AnotherPassword(ChangePasswordForm):
    """The old password, and a new one twice."""

    def clean_oldpassword(self) -> str:
        """The old password, where the account is not locked and the password is right."""
        require_unlocked(context.request, self.user)
        try:
            return str(super().clean_oldpassword())
        except ValidationError:
            count_wrong_try(context.request, self.user)
            raise


class NewPassword(forms.Form):
    """A password, twice."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("The same again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, account: Any, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._account = account
        self.rules = password_validators_help_texts()

    def clean_password(self) -> str:
        """The password, where it is hard enough to guess."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self._account)
        return password

    def clean(self) -> dict[str, Any]:
        """Both, where they are the same."""
        told: dict[str, Any] = super().clean()
        if "password" in told and told["password"] != told.get("again"):
            raise ValidationError(_("The two passwords are not the same."))
        return told
