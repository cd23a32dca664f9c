"""Rosters that were asked for, with the files that each came to; and which account is which guard."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from stockward.web.models.accounts import KnownSite, UserAccount
from stockward.web.models.runs import BackgroundRun


class RosterRun(BackgroundRun):
    """One roster of a site, made in the background.

    ``numbers`` says how many of a post stand, each as ``POST=N``; ``previous`` is the file of an earlier roster.
    ``once`` is the key of the request, so that one that is sent again makes no second roster. ``shifts`` is how many
    there are, 0 where no roster keeps every rule. A roster that is ``published`` is seen by the guards in it.
    """

    start = models.DateField()
    weeks = models.PositiveSmallIntegerField()
    numbers = models.JSONField(default=list)
    seconds = models.PositiveIntegerField()
    rounds = models.PositiveIntegerField(null=True)
    previous_name = models.CharField(max_length=120, blank=True)
    previous = models.BinaryField(null=True)
    once = models.CharField(max_length=100, null=True, unique=True)
    shifts = models.PositiveIntegerField(default=0)
    published = models.DateTimeField(null=True)
    published_by = models.ForeignKey(UserAccount, on_delete=models.PROTECT, null=True, related_name="+")

    @property
    def last_day(self) -> date:
        """The last day on which a shift of it begins."""
        last: date = self.start + timedelta(days=7 * self.weeks - 1)
        return last


class RosterFile(models.Model):
    """A file of a roster, byte for byte as the command line writes it."""

    run = models.ForeignKey(RosterRun, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=40)
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "name"), name="roster_file_once"),)


class GuardBinding(models.Model):
    """That an account is the one of a guard: ``person`` is the code in the table of people of the site."""

    account = models.ForeignKey(UserAccount, on_delete=models.PROTECT, related_name="bindings")
    site = models.ForeignKey(KnownSite, on_delete=models.PROTECT)
    person = models.TextField()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("person",)
        constraints = (
            models.UniqueConstraint(fields=("account", "site"), name="one_guard_an_account"),
            models.UniqueConstraint(fields=("site", "person"), name="one_account_a_guard"),
        )


class CalendarLink(models.Model):
    """The link of a calendar program to the shifts of one guard. The database holds no more than its SHA-256."""

    binding = models.OneToOneField(GuardBinding, on_delete=models.CASCADE, related_name="link")
    digest = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(default=timezone.now)

    @classmethod
    def make(cls, binding: GuardBinding) -> str:
        """Make the link of a guard in place of any other, and return its token."""
        token = secrets.token_urlsafe(32)
        cls.objects.filter(binding=binding).delete()
        cls.objects.create(binding=binding, digest=_sha256(token))
        return token

    @classmethod
    def of(cls, token: str) -> CalendarLink | None:
        """The link of a token, while its account may sign in."""
        found: Any = cls.objects.select_related("binding__account", "binding__site")
        link: CalendarLink | None = found.filter(digest=_sha256(token), binding__account__is_active=True).first()
        return link


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
