"""What is told to others: events to the book, and errors to those who sign in, without what is the server's alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from stockward.book.store.database import BOOK_URLS
from stockward.terms.errors import StockwardError
from stockward.terms.limits import without_setting
from stockward.terms.signs import printable
from stockward.web.records.the_book import the_book

_log = logging.getLogger(__name__)


def tell_the_book(account: Any, event: str, *, site: str | None = None, about: Mapping[str, str] | None = None) -> None:
    """Enter an event; accounts stand in it by their keys.

    To be called last inside the transaction that does what is told: what the book does not take is not done.
    """
    the_book().record(event, account.key, site=site, about=about)


def said_to_people(error: StockwardError) -> str:
    """An error in one line for those who sign in: no path or setting of the server, nor what its database says."""
    said = printable(without_setting(str(error)))
    if said.startswith(BOOK_URLS):
        _log.error("%s", said)
        mend = _("Nothing was entered. Tell whoever runs the server: what is the matter is written in server.log.")
        return f"{_('The book does not answer')}: {mend}"
    return said.replace(f"{settings.STOCKWARD_PLACE.folder}{os.sep}", "")
