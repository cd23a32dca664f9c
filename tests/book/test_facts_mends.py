"""Every mend, followed to the letter, mends: the problem is gone, and nothing is alarmed in its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import stockward as sw
from stockward.terms.errors import SiteError

SITE = {
    "site.toml": 'format = 1\n[site]\nname = "T"\ntimezone = "Asia/Seoul"\n'
    "[detection]\nfalse_alarm = 0.05\ndetection = 0.95\n",
    "areas.csv": "area,kind\nM1,store\nM2,store\n",
    "materials.csv": "material,kind,unit\nBOX,item,each\nTNT,bulk,kg\n",
    "movements.csv": "movement,at,kind,material,quantity,from_area,to_area,reverses\n"
    "R1,2026-01-10 10:00,receipt,BOX,10,,M1,\n"
    "D1,2026-01-20 10:00,issue,BOX,4,M1,,\n",
    "counts.csv": "inventory,at,area,material,quantity,sheet\n"
    "A,2026-01-01 08:00,M1,BOX,100,\nB,2026-02-01 08:00,M1,BOX,106,\n",
}

Folder = dict[str, bytes]
ALARMS = {"shortage", "gain", "discrepancy"}


def edit(file: str, *changes: tuple[str, str]) -> Callable[[Folder], None]:
    def apply(folder: Folder) -> None:
        text = folder[file].decode()
        for old, new in changes:
            assert old in text, f"{old!r} is not in {file}"
            text = text.replace(old, new)
        folder[file] = text.encode()

    return apply


def then(*steps: Callable[[Folder], None]) -> Callable[[Folder], None]:
    def apply(folder: Folder) -> None:
        for step in steps:
            step(folder)

    return apply


def put(file: str, content: bytes | None) -> Callable[[Folder], None]:
    return lambda folder: folder.update({file: content}) if content is not None else folder.__delitem__(file)


@dataclass(frozen=True)
class Mend:
    """What is done to a sound site, what is told, and what following that to the letter does."""

    broken: Callable[[Folder], None]
    told: str
    followed: Callable[[Folder], None]


FOUND_TWICE = edit(
    "counts.csv", ("B,2026-02-01 08:00,M1,BOX,106,", "B,2026-02-01 08:00,M1,BOX,60,\nB,2026-02-01 08:00,M1,BOX,46,")
)
RECEIPT = "R1,2026-01-10 10:00,receipt,BOX,10,,M1,\n"
ISSUE = "D1,2026-01-20 10:00,issue,BOX,4,M1,,\n"
SECOND_LINE = "D1,2026-01-20 10:00,issue,BOX,2,M1,,\n"
REVERSAL = "X1,2026-01-25 10:00,issue,BOX,4,M2,,D1\n"
RETURN = "X1,2026-01-25 10:00,receipt,BOX,3,,M1,D1\n"
WITH_A_RETURN = then(
    edit("movements.csv", (ISSUE, ISSUE + RETURN)),
    edit("counts.csv", ("106", "109")),
)
LINES_OF_ONE = then(
    edit(
        "movements.csv",
        (
            ISSUE,
            ISSUE + SECOND_LINE,
        ),
    ),
    edit("counts.csv", ("106", "104")),
)

LEDGER_OF_FIVE = edit(
    "movements.csv",
    (ISSUE, ISSUE + "".join(f"I{day},2026-01-{day} 10:00,issue,BOX,1,M1,,\n" for day in (21, 22))),
    ("reverses\n", "reverses\nT1,2026-01-05 10:00,transfer,BOX,2,M2,M1,\n"),
)


def with_commas(folder: Folder) -> None:
    """Every quantity of boxes with a comma and a digit behind it."""
    for file in ("movements.csv", "counts.csv"):
        folder[file] = re.sub(rb"BOX,([0-9]+),", rb'BOX,"\1,0",', folder[file])


NO_TNT = "3,2026-02-01 08:00,M1,TNT,0,\n"

MENDS = {
    "the columns of areas exchanged": Mend(
        then(LEDGER_OF_FIVE, edit("movements.csv", ("from_area,to_area", "to_area,from_area"))),
        "from_area and to_area seem exchanged in every row: exchange the names of the two columns",
        edit("movements.csv", ("to_area,from_area", "from_area,to_area")),
    ),
    "a code for every line": Mend(
        edit("counts.csv", ("B,2026-02-01 08:00,M1,BOX,106,\n", "2,2026-02-01 08:00,M1,BOX,106,\n" + NO_TNT)),
        "give all that is counted in an area at a time one code",
        edit("counts.csv", ("2,2026-02-01", "B,2026-02-01"), ("3,2026-02-01", "B,2026-02-01")),
    ),
    "two shelves in one inventory": Mend(
        FOUND_TWICE,
        "give each shelf or list its own sheet",
        edit("counts.csv", ("BOX,60,", "BOX,60,s1"), ("BOX,46,", "BOX,46,s2")),
    ),
    "a code for every inventory": Mend(
        edit("counts.csv", ("A,2026", "INV,2026"), ("B,2026", "INV,2026")),
        "give each inventory its own code",
        edit("counts.csv", ("INV,2026-01", "I1,2026-01"), ("INV,2026-02", "I2,2026-02")),
    ),
    "a count written twice": Mend(
        edit("counts.csv", ("BOX,106,\n", "BOX,106,\nB,2026-02-01 08:00,M1,BOX,106,\n")),
        "delete one if it was written twice",
        edit("counts.csv", ("BOX,106,\nB,2026-02-01 08:00,M1,BOX,106,\n", "BOX,106,\n")),
    ),
    "two lines of one document": Mend(
        LINES_OF_ONE,
        "give each a code of its own",
        edit("movements.csv", (ISSUE, ISSUE.replace("D1", "D1-1")), (SECOND_LINE, SECOND_LINE.replace("D1", "D1-2"))),
    ),
    "two lots of a material": Mend(
        then(
            edit("materials.csv", ("BOX,item,each\n", "BOX,item,each\nBOX,item,each\n")),
        ),
        "if two lots are to be told apart, give each a code of its own",
        edit("materials.csv", ("BOX,item,each\nBOX,item,each\n", "BOX,item,each\nBOX-2,item,each\n")),
    ),
    "a part of an issue comes back": Mend(
        WITH_A_RETURN,
        "blank reverses if it is a movement of its own",
        edit("movements.csv", ("M1,D1\n", "M1,\n")),
    ),
    "a reversal of another area": Mend(
        then(
            edit("movements.csv", (ISSUE, ISSUE + REVERSAL)),
            edit("counts.csv", ("106", "110")),
        ),
        "differs in from_area (M1 there)",
        edit("movements.csv", ("BOX,4,M2,,D1", "BOX,4,M1,,D1")),
    ),
    "an offset by its name": Mend(
        edit("movements.csv", ("2026-01-20 10:00", "2026-01-31T16:30:00 GMT")),
        "the offset behind the time is not known: write it as +09:00",
        edit("movements.csv", ("2026-01-31T16:30:00 GMT", "2026-01-31T16:30:00+00:00")),
    ),
    "a row in quotation marks": Mend(
        edit("movements.csv", (ISSUE, '"D1,2026-01-20 10:00,issue,BOX,4,M1,,"\n')),
        "the row as a whole stands in quotation marks: take away those at its begin and end",
        edit("movements.csv", ('"', "")),
    ),
    "a letter that looks like another": Mend(
        edit("movements.csv", ("BOX,4,M1", "BОX,4,M1")),
        "did you mean BOX? (О is cyrillic capital letter o: type it anew)",
        edit("movements.csv", ("BОX", "BOX")),
    ),
    "zeros cut off": Mend(
        then(
            edit("areas.csv", ("M1", "007")),
            edit("movements.csv", (",,M1", ",,007"), ("4,M1", "4,7")),
            edit("counts.csv", ("M1", "007")),
        ),
        "7 is not in areas, did you mean 007? (zeros at the begin count: format the column as text, and type it again)",
        edit("movements.csv", ("4,7", "4,007")),
    ),
    "a per cent sign": Mend(
        put("methods.csv", b"method,random_rel\nW1,0.3 %\n"),
        "a per cent sign is not read: write it as a share, 0.003",
        edit("methods.csv", ("0.3 %", "0.003")),
    ),
    "a copy of a ledger": Mend(
        put("movements - Copy.csv", SITE["movements.csv"].encode()),
        "movements - Copy.csv: it is a copy of movements.csv, and is not read: take it out of the folder",
        put("movements - Copy.csv", None),
    ),
    "a blank beside the decimal mark": Mend(
        edit("counts.csv", ("106", "106 .0")),
        "a blank beside the decimal mark of a number is not read: take it out",
        edit("counts.csv", ("106 .0", "106.0")),
    ),
    "another decimal mark": Mend(
        then(LEDGER_OF_FIVE, with_commas),
        "write decimal = ',' below [site]",
        edit("site.toml", ("timezone =", "decimal = ','\ntimezone =")),
    ),
    "a ledger in two files": Mend(
        then(
            put("movements_2.csv", SITE["movements.csv"].replace(RECEIPT, "").encode()),
            edit("movements.csv", (ISSUE, "")),
        ),
        "put its rows below those of movements.csv",
        then(
            put("movements.csv", SITE["movements.csv"].encode()),
            put("movements_2.csv", None),
        ),
    ),
    "a file of another name": Mend(
        then(put("ledger.csv", SITE["movements.csv"].encode()), put("movements.csv", None)),
        "rename it to movements.csv",
        then(put("movements.csv", SITE["movements.csv"].encode()), put("ledger.csv", None)),
    ),
}


@pytest.mark.parametrize("name", MENDS)
def test_a_mend_that_is_followed_mends(tmp_path: Path, name: str) -> None:
    mend = MENDS[name]
    folder = {file: text.encode() for file, text in SITE.items()}
    mend.broken(folder)
    assert mend.told in told(written(tmp_path / "broken", folder))
    mend.followed(folder)
    site = sw.read_site(written(tmp_path / "followed", folder))
    assert site.problems == ()
    verdicts = set(sw.review(site, seed=1).series["verdict"])
    assert verdicts, "nothing was tested"
    assert not verdicts & ALARMS


def written(path: Path, folder: Folder) -> Path:
    path.mkdir()
    for file, content in folder.items():
        (path / file).write_bytes(content)
    return path


def told(path: Path) -> str:
    """What is told of the site; what is broken must never be balanced or alarmed on."""
    try:
        site = sw.read_site(path)
    except SiteError as error:
        return str(error)
    assert not set(sw.review(site, seed=1).series["verdict"]) & ALARMS
    return "\n".join([*map(str, site.problems), *site.notices])
