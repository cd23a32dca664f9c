"""Words that everybody here would try first are no password."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_OF_ITS_OWN = 8
"""Signs that must be left of a password without such words."""


class NoLocalWords:
    """Refuses a password that is little more than the name of the program, of a site, of a role or of the account."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` where too little is left without these words."""
        left = password.lower()
        for word in sorted(_local_words(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < _OF_ITS_OWN:
            raise ValidationError(_("Little of this password is not the name of the program, a site, a role or yours."))

    def get_help_text(self) -> str:
        """What is asked for."""
        return _("Names of the program, of sites, of roles, and your own do not count.")


def _local_words(user: Any) -> set[str]:
    from stockward.web.models import KnownSite
    from stockward.web.permissions import Role
    from stockward.web.wording import ROLE_NAMES

    words = {"stockward", "administrator", "password", "passwort", getattr(user, "name", "")}
    words |= {role.value.replace("_", " ") for role in Role} | {str(name) for name in ROLE_NAMES.values()}
    for key, title in KnownSite.objects.values_list("key", "title"):
        words |= {key, title}
    return {word.lower() for word in words if len(word) > 2}
