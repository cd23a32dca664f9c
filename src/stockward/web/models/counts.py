"""Counts: sealed plans, what was typed on their sheets, and the certificate."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from stockward.web.models.accounts import KnownSite, UserAccount, new_key


class SealedCount(models.Model):
    """One count, from the plan that was sealed to its certificate.

    ``plan`` is the text of the plan, and ``sealing`` the number of the entry of the book in which its commitment
    stands. ``seed`` is there from the sealing on where the server keeps it, else from the draw on. ``draw`` is the id
    of the draw, blank before it. ``sheet`` is the filled sheet that was handed in, ``page`` and ``document`` the
    certificate as the command line writes it, and ``submission`` the number of what was submitted of it.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    site = models.ForeignKey(KnownSite, on_delete=models.PROTECT)
    account = models.ForeignKey(UserAccount, on_delete=models.PROTECT)
    once = models.CharField(max_length=100, null=True, unique=True)
    sealed = models.DateTimeField(default=timezone.now)
    as_of = models.DateField(null=True)
    plan = models.TextField()
    sealing = models.BigIntegerField()
    seed = models.CharField(max_length=1000, blank=True)
    draw = models.CharField(max_length=16, blank=True)
    drawn = models.DateTimeField(null=True)
    handed_in = models.DateTimeField(null=True)
    handed_in_by = models.ForeignKey(UserAccount, on_delete=models.PROTECT, null=True, related_name="+")
    sheet_name = models.CharField(max_length=120, blank=True)
    sheet = models.BinaryField(null=True)
    page = models.BinaryField(null=True)
    document = models.BinaryField(null=True)
    conclusion = models.SmallIntegerField(null=True)
    submission = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-sealed",)


class HandInCount(models.Model):
    """What an account did with a count: it wrote a line, or, where ``line`` is blank, had the plan before it.

    It is kept whatever becomes of the line, and of the role of the account: who has seen the figures of the book has
    seen them.
    """

    count = models.ForeignKey(SealedCount, on_delete=models.CASCADE, related_name="hands")
    account = models.ForeignKey(UserAccount, on_delete=models.PROTECT)
    line = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("count", "account", "line"), name="hand_once"),)


class CountedLine(models.Model):
    """What was typed at one line of a count sheet, as it was typed; blank is not counted.

    ``version`` grows with every change, so that two who write at once do not write over each other unseen.
    """

    count = models.ForeignKey(SealedCount, on_delete=models.CASCADE, related_name="lines")
    line = models.CharField(max_length=40)
    quantity = models.CharField(max_length=60, blank=True)
    remark = models.CharField(max_length=400, blank=True)
    version = models.PositiveIntegerField(default=0)
    account = models.ForeignKey(UserAccount, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("count", "line"), name="line_once"),)
