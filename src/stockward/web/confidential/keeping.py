"""Keeping what is sealed, and finding it again by the receipt code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from stockward.sealed.envelope import RECIPIENTS, SEALED_MOST, opened, seal
from stockward.sealed.receipts import answer_identity, answer_key, digest_of, new_code
from stockward.sealed.received import zipped
from stockward.terms.errors import UsageError
from stockward.web.models import ReportReceiver, SealedAnswer, SealedReport

MOST_RECEIVERS = RECIPIENTS
_AGE = b"age-encryption.org/v1\n"


def this_day() -> date:
    """The day, UTC: all that is kept of when something came."""
    return timezone.now().date()


def sealed_to(receivers: Sequence[ReportReceiver], about: str, text: str) -> tuple[str, SealedReport]:
    """A report that is not kept yet, and the receipt code of its writer. Raises ``UsageError`` for too long a text."""
    code = new_code()
    said = {"about": about, "text": text, "answer_key": answer_key(code)}
    sealed = seal(said, [one.public_key for one in receivers])
    return code, SealedReport(day=this_day(), receipt=digest_of(code), sealed=sealed)


def answers_to(code: str) -> list[tuple[date, str]] | None:
    """The answers that a receipt code opens, with their days; ``None`` where no report has this code.

    Raises ``UsageError`` for what cannot be a code.
    """
    report = SealedReport.objects.filter(receipt=digest_of(code)).first()
    if report is None:
        return None
    identity = answer_identity(code)
    found = []
    for answer in report.answers.order_by("day", "number"):
        said = _opened_or_none(bytes(answer.sealed), identity)
        if said is not None:
            found.append((answer.day, said.get("answer", "")))
    return found


def _opened_or_none(sealed: bytes, identity: object) -> dict[str, str] | None:
    try:
        return opened(sealed, identity)
    except UsageError:
        return None


def keep_answer(report: SealedReport, sealed: bytes) -> None:
    """Keep a sealed answer. Raises ``UsageError`` for what is not sealed: its text would lie open here."""
    if not sealed.startswith(_AGE) or len(sealed) > SEALED_MOST:
        raise UsageError("this is no sealed answer: upload the file that stockward reports answer has written")
    SealedAnswer(report=report, day=this_day(), sealed=sealed).add()


def given_out() -> bytes:
    """All sealed reports as one file; each receiver opens what is sealed to them."""
    return zipped([(one.code, one.day, bytes(one.sealed)) for one in SealedReport.objects.all()])
