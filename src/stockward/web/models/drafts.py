"""Drafts: files that somebody uploaded and has not submitted yet."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from stockward.web.models.accounts import KnownSite, UserAccount, new_key


class UploadDraft(models.Model):
    """Files as they were uploaded, seen by nobody but whose they are, until they are submitted or thrown away.

    ``key`` is also the client's key of the submission, so that to submit twice is no double. ``reading`` is what was
    found when the files were read.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    site = models.ForeignKey(KnownSite, on_delete=models.PROTECT)
    account = models.ForeignKey(UserAccount, on_delete=models.PROTECT)
    made = models.DateTimeField(default=timezone.now)
    reading = models.JSONField(default=dict)

    class Meta:
        ordering = ("-made",)


class DraftFile(models.Model):
    """One file of a draft."""

    draft = models.ForeignKey(UploadDraft, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("draft", "name"), name="file_once"),)
        ordering = ("name",)
