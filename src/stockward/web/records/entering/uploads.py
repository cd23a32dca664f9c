"""Files that were uploaded: whether they can be kept at all, and how they are put into a folder to be read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from stockward.terms.errors import StockwardError, UsageError
from stockward.terms.signs import is_text, printable
from stockward.web.records.entering.kinds_of_files import UPLOAD_ENDINGS

MOST_BYTES, MOST_FILES, _LONGEST_NAME = 50_000_000, 60, 100


def plain_name(name: str) -> str:
    """The name of a file without the folders before it, of whatever system."""
    return PurePosixPath(PureWindowsPath(name).as_posix()).name


def faults_of_files(files: Iterable[Any], there: Iterable[tuple[str, bytes]] = ()) -> list[str]:
    """Why files cannot be kept beside those that are there, each in one line with the mend; none where they can."""
    files = list(files)
    faults = []
    if not files:
        return [_("No file was chosen: choose site.xlsx, or the files of the folder.")]
    sizes = {name.lower(): len(content) for name, content in there}
    sizes |= {plain_name(file.name).lower(): file.size for file in files}
    if max(len(files), len(sizes)) > MOST_FILES:
        faults.append(_("These are %(count)d files: choose the files of one site.") % {"count": len(sizes)})
    if sum(sizes.values()) > MOST_BYTES:
        faults.append(_("The files are larger than 50 MB together: upload some tables at a time."))
    names = [plain_name(file.name) for file in files]
    for name in names:
        shown = printable(name)[:_LONGEST_NAME]
        if not name.lower().endswith(UPLOAD_ENDINGS):
            faults.append(_("%(name)s: only %(kinds)s are read.") % {"name": shown, "kinds": ", ".join(UPLOAD_ENDINGS)})
        elif len(name) > _LONGEST_NAME or not is_text(name) or name.startswith(".") or name != printable(name):
            faults.append(_("%(name)s: give the file a short name of letters and figures.") % {"name": shown})
    if len({name.lower() for name in names}) < len(names):
        faults.append(_("Two files have one name: rename one of them."))
    return faults


@contextmanager
def folder_of(files: Iterable[tuple[str, bytes]], own: Iterable[tuple[str, bytes]] = ()) -> Iterator[Path]:
    """A folder of the server's own with these files, which is gone afterwards.

    Those of its ``own`` may stand in folders below it.
    """
    with tempfile.TemporaryDirectory(prefix="reading-", dir=settings.STOCKWARD_PLACE.folder) as made:
        folder = Path(made) / "site"
        folder.mkdir()
        for name, content in files:
            (folder / plain_name(name)).write_bytes(content)
        for name, content in own:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        yield folder


@contextmanager
def said_without_folder(files: Iterable[tuple[str, bytes]]) -> Iterator[Path]:
    """A folder as ``folder_of`` makes it, whose own name stands in no error."""
    with folder_of(files) as folder:
        try:
            yield folder
        except StockwardError as error:
            raise UsageError(str(error).replace(f"{folder}{os.sep}", "")) from None
