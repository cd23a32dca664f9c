"""What the server keeps beside the book: accounts and what they may, drafts, reviews that were run, sealed reports."""

from stockward.web.models.accounts import KnownSite, PasswordLink, RoleHeld, UserAccount
from stockward.web.models.confidential import ReportReceiver, SealedAnswer, SealedReport
from stockward.web.models.drafts import DraftFile, ForeignReading, ImportedRows, TypedTable, UploadDraft
from stockward.web.models.reviews import ReviewRun

__all__ = [
    "DraftFile",
    "ForeignReading",
    "ImportedRows",
    "KnownSite",
    "PasswordLink",
    "ReportReceiver",
    "ReviewRun",
    "RoleHeld",
    "SealedAnswer",
    "SealedReport",
    "TypedTable",
    "UploadDraft",
    "UserAccount",
]
