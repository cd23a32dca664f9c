"""Words for what the program keeps as codes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stockward.book.store.entries import EntryKind
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
    EntryKind.EVENT: _("event"),
}
"""What each kind of entry is called."""
