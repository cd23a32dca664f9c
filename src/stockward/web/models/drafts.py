"""Drafts: files that somebody uploaded, and tables that somebody typed, and has not submitted yet."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils import timezone

from stockward.web.models.accounts import KnownSite, UserAccount, new_key


class JsonText(models.TextField):
    """Values of JSON as text: PostgreSQL keeps some signs that files may hold in no column of JSON."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """The values; nothing where a row that is asked for beside another is not there."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str:
        """The text."""
        return json.dumps(value)


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
    """One file of a draft; one that is ``foreign`` is no table of the format, and is brought in by its headers."""

    draft = models.ForeignKey(UploadDraft, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    foreign = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("draft", "name"), name="file_once"),)
        ordering = ("name",)


class TypedTable(models.Model):
    """A table of a draft that is typed on the pages; it stands in the place of the one in an uploaded file.

    ``file`` says where its rows come from. ``content`` holds ``columns``, ``rows`` of as many texts, and ``places``,
    the number of each row. ``version`` grows with every change, so that two windows do not write over each other
    unseen; at 0 nothing was typed yet, and the table in the file counts.
    """

    draft = models.ForeignKey(UploadDraft, on_delete=models.CASCADE, related_name="typed")
    table = models.CharField(max_length=40)
    file = models.CharField(max_length=200)
    content: Any = JsonText(default=dict)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("draft", "table"), name="typed_once"),)
        ordering = ("table",)


class ForeignReading(models.Model):
    """What came of the foreign files of a draft, by the answers that were given so far.

    ``answers`` are pairs of a path of the mapping and what was answered. ``came_to`` is what the import found, for the
    page; ``texts`` are the files that it would write. ``base`` is the SHA-256 of the mapping in force before.
    """

    draft = models.OneToOneField(UploadDraft, on_delete=models.CASCADE, related_name="reading_of_foreign")
    answers: Any = JsonText(default=list)
    came_to: Any = JsonText(default=dict)
    texts: Any = JsonText(default=dict)
    base = models.CharField(max_length=64, blank=True)
    is_over = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)


class ImportedRows(models.Model):
    """The rows that a submission brought from foreign files, as these say them, and the key of names.

    Once the submission is approved, the next import reads them beside its own.
    """

    submission = models.BigIntegerField(unique=True)
    site = models.ForeignKey(KnownSite, on_delete=models.PROTECT)
    rows = models.TextField(blank=True)
    names = models.TextField(blank=True)

    class Meta:
        ordering = ("submission",)
