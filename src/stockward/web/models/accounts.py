"""Accounts, the sites that the server knows, who has which role where, and links by which a password is set."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stockward.web.permissions import Role

_LINK_LASTS = timedelta(hours=48)

_NAME = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]*\Z", _("Write small letters without accents, figures, dots, dashes and underscores.")
)


def new_key() -> str:
    """A key by which something is known for ever, and that says nothing about it."""
    return secrets.token_hex(16)


class UserAccount(AbstractBaseUser):
    """Somebody who may sign in. It is never deleted, so that the book can always say whose a key is.

    ``key`` is what the book knows. ``rights`` grows whenever what the account may is changed: sessions that were begun
    before end with it.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=60, unique=True, validators=[_NAME])
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    rights = models.PositiveIntegerField(default=0, editable=False)
    made = models.DateTimeField(default=timezone.now, editable=False)

    objects = BaseUserManager()
    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: tuple[str, ...] = ()

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        return f"{super()._get_session_auth_hash(secret=secret)}{self.rights}"

    def rights_changed(self) -> None:
        """End every session and calendar link of the account; to be called where its rights change."""
        from stockward.web.models.rosters import CalendarLink

        CalendarLink.objects.filter(binding__account=self).delete()
        UserAccount.objects.filter(pk=self.pk).update(rights=models.F("rights") + 1)
        self.refresh_from_db(fields=["rights"])

    def sign_in_anew(self) -> str:
        """Forget password and second factor, end every session, and return the token of a link to set them again."""
        from allauth.mfa.models import Authenticator

        with transaction.atomic():
            self.set_unusable_password()
            self.save(update_fields=["password"])
            Authenticator.objects.filter(user=self).delete()
            PasswordLink.objects.filter(account=self).delete()
            self.rights_changed()
            return PasswordLink.make(self)

    @property
    def has_second_factor(self) -> bool:
        """Whether an authenticator app is set up."""
        from allauth.mfa.utils import is_mfa_enabled

        return bool(is_mfa_enabled(self))


class KnownSite(models.Model):
    """A site that the server keeps: its name in addresses and in the book, and the one that people read."""

    key = models.SlugField(_("short name"), max_length=40, unique=True)
    title = models.CharField(_("name"), max_length=120)

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return str(self.title)


class RoleHeld(models.Model):
    """A role that an account has at a site."""

    account = models.ForeignKey(UserAccount, on_delete=models.PROTECT, related_name="roles")
    site = models.ForeignKey(KnownSite, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "site", "role"), name="role_once"),)


class PasswordLink(models.Model):
    """A link by which a password is set, once and within two days. The database holds no more than its SHA-256."""

    account = models.ForeignKey(UserAccount, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()

    @classmethod
    def make(cls, account: UserAccount) -> str:
        """Make the link of an account in place of any other, and return its token."""
        token = secrets.token_urlsafe(32)
        cls.objects.filter(account=account).delete()
        cls.objects.create(account=account, digest=_digest(token), expires=timezone.now() + _LINK_LASTS)
        return token

    @classmethod
    def of(cls, token: str) -> PasswordLink | None:
        """The link of a token, where it may still be used."""
        found: PasswordLink | None = cls.objects.filter(
            digest=_digest(token), expires__gt=timezone.now(), account__is_active=True
        ).first()
        return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
