"""Confidential reports: who receives them, the sealed reports themselves, and sealed answers to them.

Sealed rows are only ever added; triggers of the database hold that. Their numbers are drawn by lot, and they know the
day alone, so that neither says in which order they came. No column says from where.
"""

from __future__ import annotations

import secrets

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from stockward.sealed.keys import fingerprint
from stockward.web.models.accounts import UserAccount

_NUMBERS = 2**31 - 1
_TRIES = 20


class ReportReceiver(models.Model):
    """Somebody to whom reports are sealed: an account, the name that writers read, and the public key."""

    account = models.OneToOneField(UserAccount, on_delete=models.PROTECT, related_name="receives")
    title = models.CharField(_("name that writers read"), max_length=80)
    public_key = models.CharField(_("public key"), max_length=80)
    since = models.DateField()
    is_active = models.BooleanField(_("receives reports"), default=True)

    class Meta:
        ordering = ("title",)

    @property
    def fingerprint(self) -> str:
        """What is compared with the receiver's own."""
        return fingerprint(str(self.public_key))


def drawn_number() -> int:
    """A number that says nothing about when it was given: a table that is sorted by it tells no order either."""
    return 1 + secrets.randbelow(_NUMBERS)


class _SealedRow(models.Model):
    number = models.IntegerField(primary_key=True, editable=False)
    day = models.DateField()
    sealed = models.BinaryField()

    class Meta:
        abstract = True
        ordering = ("number",)

    @property
    def code(self) -> str:
        """The number as it is written."""
        return f"{self.number:08x}"

    def add(self) -> None:
        """Add the row, under a number that is free."""
        for tries_left in reversed(range(_TRIES)):
            self.number = drawn_number()
            try:
                with transaction.atomic():
                    self.save(force_insert=True)
                return
            except IntegrityError:
                if not tries_left:
                    raise


class SealedReport(_SealedRow):
    """A report sealed to its receivers; ``receipt`` is a digest of the code that its writer keeps."""

    receipt = models.CharField(max_length=64, unique=True)


class SealedAnswer(_SealedRow):
    """An answer sealed to the key that is made of the receipt code of a report."""

    report = models.ForeignKey(SealedReport, on_delete=models.PROTECT, related_name="answers")
