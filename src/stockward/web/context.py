"""What the frame around every page shows."""

from __future__ import annotations

from typing import Any

from stockward.version import VERSION
from stockward.web.permissions import Permissions, Right


def frame(request: Any) -> dict[str, Any]:
    """Where somebody can go from here: no link leads to what they may not do."""
    permissions = getattr(request, "permissions", None) or Permissions(getattr(request, "user", None))
    return {
        "version": VERSION,
        "signed_in": permissions.may(Right.SECURE_OWN_ACCOUNT),
        "at_work": permissions.may(Right.SEE_OWN_PAGES),
        "keeps_accounts": permissions.may(Right.MANAGE_ACCOUNTS),
        "receives": permissions.may(Right.RECEIVE_REPORTS),
        "has_sites": bool(permissions.roles) if permissions.may(Right.SEE_OWN_PAGES) else False,
    }
