"""Reviews that were asked for, and the page that each came to."""

from __future__ import annotations

from django.db import models

from stockward.web.models.runs import BackgroundRun


class ReviewRun(BackgroundRun):
    """One review of a site, computed in the background.

    ``page`` is the report as the command line writes it, byte for byte.
    """

    as_of = models.DateField(null=True, blank=True)
    page = models.BinaryField(null=True)
