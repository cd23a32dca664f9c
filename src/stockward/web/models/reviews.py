"""Reviews that were asked for: how far each is, and the page that it came to."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from stockward.web.models.accounts import KnownSite, UserAccount, new_key


class RunState(models.TextChoices):
    """How far a review is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ReviewRun(models.Model):
    """One review of a site, computed in the background.

    ``page`` is the report as the command line writes it, byte for byte; ``fault`` says in one line why there is none.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    site = models.ForeignKey(KnownSite, on_delete=models.PROTECT)
    account = models.ForeignKey(UserAccount, on_delete=models.PROTECT)
    asked = models.DateTimeField(default=timezone.now)
    as_of = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.WAITING)
    step = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    conclusion = models.SmallIntegerField(null=True)
    page = models.BinaryField(null=True)
    fault = models.TextField(blank=True)

    class Meta:
        ordering = ("-asked",)

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (RunState.DONE, RunState.FAILED)
