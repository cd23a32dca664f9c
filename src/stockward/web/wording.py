"""Words for what the program keeps as codes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stockward.web.permissions import Role

ROLES = {
    Role.CLERK: _("clerk"),
    Role.OFFICER: _("accountable officer"),
    Role.GUARDS_MANAGER: _("guards' manager"),
    Role.GUARD: _("guard"),
    Role.INSPECTOR: _("inspector"),
}
"""What each role is called."""

STEPS = {
    "reading the site": _("reading the site"),
    "writing the report": _("writing the report"),
}
"""Steps of a review; others are shown as they come."""
