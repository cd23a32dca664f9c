"""What the server keeps beside the book: accounts and what they may, drafts, what was computed, sealed reports."""

from stockward.web.models.accounts import KnownSite, PasswordLink, RoleHeld, UserAccount
from stockward.web.models.confidential import ReportReceiver, SealedAnswer, SealedReport
from stockward.web.models.counts import CountedLine, HandInCount, SealedCount
from stockward.web.models.drafts import DraftFile, ForeignReading, ImportedRows, TypedTable, UploadDraft
from stockward.web.models.reviews import ReviewRun
from stockward.web.models.rosters import CalendarLink, GuardBinding, RosterFile, RosterRun

__all__ = [
    "CalendarLink",
    "CountedLine",
    "DraftFile",
    "ForeignReading",
    "GuardBinding",
    "HandInCount",
    "ImportedRows",
    "KnownSite",
    "PasswordLink",
    "ReportReceiver",
    "ReviewRun",
    "RoleHeld",
    "RosterFile",
    "RosterRun",
    "SealedAnswer",
    "SealedCount",
    "SealedReport",
    "TypedTable",
    "UploadDraft",
    "UserAccount",
]
