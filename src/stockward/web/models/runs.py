"""Work in the background: what was asked for, how far it is, and why it came to nothing where it did."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from stockward.web.models.accounts import KnownSite, UserAccount, new_key


class RunState(models.TextChoices):
    """How far work in the background is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class BackgroundRun(models.Model):
    """One piece of work at a site; ``fault`` says in one line why nothing came of it."""

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    site = models.ForeignKey(KnownSite, on_delete=models.PROTECT)
    account = models.ForeignKey(UserAccount, on_delete=models.PROTECT)
    asked = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.WAITING)
    step = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    conclusion = models.SmallIntegerField(null=True)
    fault = models.TextField(blank=True)

    objects = models.Manager()

    class Meta:
        abstract = True
        ordering = ("-asked",)

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (RunState.DONE, RunState.FAILED)
