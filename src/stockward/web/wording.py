"""Words for what the program keeps as codes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stockward.book.store.entries import EntryKind
from stockward.book.store.findings import FindingState, FindingStep
from stockward.web.permissions import Role

ROLE_NAMES = {
    Role.CLERK: _("clerk"),
    Role.OFFICER: _("accountable officer"),
    Role.GUARDS_MANAGER: _("guards' manager"),
    Role.GUARD: _("guard"),
    Role.INSPECTOR: _("inspector"),
}
"""What each role is called."""

KIND_NAMES = {
    EntryKind.BOOK: _("begin of the book"),
    EntryKind.SUBMISSION: _("submission"),
    EntryKind.SETTINGS: _("settings"),
    EntryKind.ROW: _("row of"),
    EntryKind.CORRECTION: _("correction of"),
    EntryKind.WITHDRAWAL: _("withdrawal from"),
    EntryKind.APPROVAL: _("approval of submission"),
    EntryKind.RETURN: _("sent back: submission"),
    EntryKind.FINDING: _("finding"),
    EntryKind.EVENT: _("event"),
}
"""What each kind of entry is called."""

FINDING_STATES = {
    FindingState.OPEN: _("open"),
    FindingState.LOOKED_INTO: _("being looked into"),
    FindingState.EXPLAINED: _("explained"),
    FindingState.CONFIRMED_LOSS: _("confirmed loss"),
}
"""What each state of a finding is called."""

FINDING_STEPS = {
    FindingStep.RAISED: _("found by a review"),
    FindingStep.GROWN: _("a review found more of it"),
    FindingStep.PROPOSED: _("proposed"),
    EntryKind.APPROVAL: _("approved"),
    EntryKind.RETURN: _("sent back"),
}
"""What each step of a finding is called that is not a change of its state."""

FOUND_VERDICTS = {
    "shortage": _("shortage"),
    "gain": _("gain"),
    "discrepancy": _("discrepancy"),
    "bias": _("bias between two methods"),
}
"""What a finding is about."""
