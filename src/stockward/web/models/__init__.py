"""What the server keeps beside the book: accounts and what they may, drafts, and reviews that were run."""

from stockward.web.models.accounts import KnownSite, PasswordLink, RoleHeld, UserAccount
from stockward.web.models.drafts import DraftFile, UploadDraft
from stockward.web.models.reviews import ReviewRun

__all__ = ["DraftFile", "KnownSite", "PasswordLink", "ReviewRun", "RoleHeld", "UploadDraft", "UserAccount"]
