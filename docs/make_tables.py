"""Make what the manual takes from the code: the pages in ``docs/tables``, messages and limits in ``docs/check.md``.

    python docs/make_tables.py            write them
    python docs/make_tables.py --check    write nothing; exit with 1 and name the pages that are out of date

The pages come from the data dictionary, the limits from the code. The messages are those that the reader prints for
``docs/faulty`` and for the small broken sites below.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from stockward.book import read_site
from stockward.book.schema.dictionary import Column, Table, tables
from stockward.questions.many.dataset import result_tables
from stockward.terms.errors import SiteError
from stockward.terms.limits import LIMITS, PREFIX, grouped
from stockward.terms.units import COUNT, MASS

DOCS = Path(__file__).resolve().parent
MAKER = "docs/make_tables.py"
MADE = f"<!-- made by {MAKER}: do not edit -->"

NOT_USED = ("wishes", "assignments")
"""Tables that are read and checked, and that no answer of a review uses yet."""

OF_MANY = ("consignments",)
"""Tables that are used where many sites are looked at together, and in no review of one."""

TYPES = {
    "key": "a code, as text: spaces around it are cut off, capital letters count, `0012` stays `0012`",
    "text": "any text",
    "number": "a number in the site's decimal mark, without a mark between thousands: `1234.5`",
    "integer": "a whole number",
    "time": "`2026-06-30` or `2026-06-30T14:05`, with an offset such as `+09:00` or in the site's time zone; "
    "a date alone means 00:00; others as `dates` of `site.toml` declares",
    "date": "`2026-06-30`, or as `dates` of `site.toml` declares",
    "month": "`2026-06`, or any day of it",
    "clock": "a time of day, `07:30`; `24:00` is the end of the day; also `6am`, `0600`",
    "unit": f"mass: {', '.join(f'`{unit}`' for unit in MASS)}; items: {', '.join(f'`{unit}`' for unit in COUNT)}; "
    "also as written, such as `KGS` or `pcs`",
    "choice": "one of the words that the page lists, in any letter case",
    "flag": "`yes` or `no` (also `true`, `false`, `1`, `0`)",
    "list": "words with spaces between them",
    "days": "`daily`, days such as `mon tue wed`, or ranges such as `mon-fri`",
    "measure": "`guards`, `patrolling_guards` or `production:MATERIAL`",
}

REQUIRED_FILES = {
    "site.toml": 'format = 1\n[site]\nname = "My site"\ntimezone = "UTC"\n'
    "[detection]\nfalse_alarm = 0.05\ndetection = 0.95\n",
    "areas.csv": "area,kind\nM1,store\n",
    "materials.csv": "material,kind,unit\nTNT,bulk,kg\n",
    "movements.csv": "movement,at,kind,material,quantity\n",
    "counts.csv": "inventory,at,area,material,quantity\n",
}


def broken_sites() -> Iterator[tuple[str, Callable[[Path], None]]]:
    """What is done to a sound site, in words, and how."""
    yield "there is no such folder", shutil.rmtree
    yield "no `site.toml`", lambda site: (site / "site.toml").unlink()
    yield "a setting is missing", _edit("site.toml", "detection = 0.95\n", "")
    yield "a setting is misspelt", _edit("site.toml", "false_alarm", "false_alarms")
    yield "no such time zone", _edit("site.toml", "UTC", "Korea/Seoul")
    yield "`site.toml` is no TOML", _edit("site.toml", '"UTC"', "UTC")
    yield "a required table is missing", lambda site: (site / "counts.csv").unlink()
    yield "a table is misspelt", lambda site: (site / "counts.csv").rename(site / "count.csv").touch()
    yield "a required column is missing", _edit("areas.csv", "area,kind\nM1,store", "area\nM1")
    yield "a column is misspelt", _edit("movements.csv", "quantity", "quantity,from_aera")
    yield (
        "units under another name",
        _edit("counts.csv", "quantity\n", "quantity,packed_in\nJAN,2026-01-31,M1,TNT,5,kg\n"),
    )
    yield "two columns that may be one", _edit("counts.csv", "quantity\n", "Qty,Counted\n")
    yield "a name of two columns", _edit("movements.csv", "quantity\n", "quantity,Location\n")
    yield (
        "a time apart from its date",
        _edit("counts.csv", ",at,area,material,quantity", ",Date,area,material,quantity,Time"),
    )
    yield "a column stands twice", _edit("materials.csv", "unit", "unit,unit")
    yield "there is no header row", _edit("areas.csv", "area,kind\n", "")
    yield "another sign between cells", _edit("areas.csv", "area,kind\nM1,store", "area:kind\nM1:store")
    yield (
        "the file is not UTF-8",
        lambda site: (site / "areas.csv").write_bytes(b"area,kind\nL\xdf,store\n") and None,
    )
    yield "a workbook under the name of a CSV", lambda site: (site / "areas.csv").write_bytes(b"PK\x03\x04") and None
    yield "a second file of a table", _part
    yield "a copy of a file", lambda site: shutil.copy(site / "counts.csv", site / "counts (2).csv") and None
    yield "a file is none", lambda site: (site / "areas.csv").unlink() or (site / "areas.csv").mkdir()
    yield "a table stands twice", lambda site: (site / "site.xlsx").write_bytes(_workbook()) and None


def _part(site: Path) -> None:
    counts = (site / "counts.csv").read_text(encoding="utf-8")
    (site / "counts_2.csv").write_text(counts.replace("\n", "\nFURTHER-", 1), encoding="utf-8")


def _edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(site: Path) -> None:
        path = site / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return edit


def _workbook() -> bytes:
    """A workbook with one sheet ``areas``."""
    import io

    from xlsxwriter import Workbook

    content = io.BytesIO()
    book = Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("areas")
    sheet.write_row(0, 0, ["area", "kind"])
    sheet.write_row(1, 0, ["M1", "store"])
    book.close()
    return content.getvalue()


def stops() -> str:
    """A table of what stops the reading, with the message of each."""
    lines = ["| what is wrong | what is printed |", "| --- | --- |"]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for words, break_it in broken_sites():
            site = Path("mysite")
            shutil.rmtree(site, ignore_errors=True)
            site.mkdir()
            for name, text in REQUIRED_FILES.items():
                (site / name).write_text(text, encoding="utf-8")
            break_it(site)
            lines.append(f"| {words} | `error: {_cell(_message_of(site))}` |")
    return "\n".join(lines)


def _message_of(site: Path) -> str:
    try:
        read_site(site)
    except SiteError as error:
        return " ".join(str(error).split())
    raise AssertionError(f"{site} was read: this fault no longer stops it")


def limits() -> str:
    """A table of what is read at most, and the variable that sets it."""
    lines = ["| what is told | at most | variable |", "| --- | ---: | --- |"]
    lines += [f"| {words.format('…')} | {grouped(most)} | `{PREFIX}{name}` |" for name, (most, words) in LIMITS.items()]
    return "\n".join(lines)


def results() -> str:
    """The tables of results of many sites, and their columns."""
    parts = []
    for name, columns in result_tables().items():
        lines = [f"| `{one.name}` | {one.type} | {_cell(one.meaning)} |" for one in columns]
        parts.append("\n".join([f"### {name}", "", "| column | type | meaning |", "| --- | --- | --- |", *lines]))
    return "\n\n".join(parts)


def faults() -> str:
    """Every line that ``stockward check docs/faulty`` prints."""
    problems = read_site(DOCS / "faulty").problems
    return "```text\n" + "\n".join(str(problem) for problem in problems) + "\n```"


def table_page(table: Table) -> str:
    """The page of one table."""
    use = f"{_use(table)}\n\n" if _use(table) else ""
    hidden = "Cells at fault of this table are never printed.\n\n" if table.private else ""
    key = ", ".join(f"`{name}`" for name in table.key) or "none: rows may be alike"
    rows = [_column_row(column) for column in table.columns]
    head = ["| column | | type | may be | refers to | meaning |", "| --- | --- | --- | --- | --- | --- |"]
    return (
        f"{MADE}\n# {table.name}\n\n{table.meaning}\n\n"
        f"{'Required.' if table.required else 'Leave it out where there is none.'} Key: {key}.\n\n{use}{hidden}"
        + "\n".join([*head, *rows])
        + "\n\nWhat the types mean: [tables](index.md).\n"
    )


def _use(table: Table) -> str:
    if table.name in NOT_USED:
        return "A review reads and checks this table, and does not use it yet."
    if table.name in OF_MANY:
        return "Used where [many sites](../sites.md) are looked at together; a review of one reads and checks it."
    return ""


def _column_row(column: Column) -> str:
    needed = "required" if column.required else ""
    kind = f"{column.type}, {column.unit}" if column.unit else column.type
    allowed = [", ".join(f"`{_cell(choice)}`" for choice in column.choices)] if column.choices else []
    allowed += [f"in {column.range.text}"] if column.range else []
    if column.refers_to == "substances":
        refers = "a substance of [contents](contents.md), or a bulk material"
    else:
        refers = f"[{column.refers_to}]({column.refers_to}.md)" if column.refers_to else ""
    return f"| `{column.name}` | {needed} | {kind} | {'; '.join(allowed)} | {refers} | {_cell(column.meaning)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def index_page() -> str:
    """The list of all tables, and what the types mean."""
    lines = [
        MADE,
        "# The tables of a site, format 1",
        "",
        "A table is `NAME.csv`, `NAME.parquet`, or a sheet NAME of `site.xlsx`. Columns may stand in any order. How to "
        "fill them in:\n[preparing your data](../check.md).",
        "",
        "| table | | used by a review | what it holds |",
        "| --- | --- | --- | --- |",
    ]
    for table in tables().values():
        needed = "required" if table.required else ""
        used = "not yet" if table.name in NOT_USED else "of many sites" if table.name in OF_MANY else "yes"
        lines.append(f"| [{table.name}]({table.name}.md) | {needed} | {used} | {_cell(table.meaning)} |")
    lines += ["", "## Types", "", "| type | what a cell holds |", "| --- | --- |"]
    lines += [f"| {name} | {meaning} |" for name, meaning in TYPES.items()]
    lines += ["", "A range such as `(0, 24]` leaves out 0 and includes 24.", ""]
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Every page that is made, with its text."""
    made = {DOCS / "tables" / f"{name}.md": table_page(table) for name, table in tables().items()}
    made[DOCS / "tables" / "index.md"] = index_page()
    check = {"faults": faults(), "stops": stops(), "limits": limits()}
    for page, blocks in ((DOCS / "check.md", check), (DOCS / "sites.md", {"results": results()})):
        made[page] = _with_blocks(page, blocks)
    return made


def _with_blocks(page: Path, blocks: dict[str, str]) -> str:
    """The text of a page with what stands between its marks made anew."""
    text = page.read_text(encoding="utf-8")
    for name, block in blocks.items():
        begin, end = f"<!-- made by {MAKER}: {name} -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{page}: the marks of {name} are missing: {begin} … {end}")
        text = pattern.sub(lambda _, begin=begin, block=block, end=end: f"{begin}\n{block}\n{end}", text)
    return text


def out_of_date() -> list[Path]:
    """Pages that differ from what the code says, and pages of tables that there are no more."""
    made = pages()
    differ = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    return sorted([*differ, *(path for path in (DOCS / "tables").glob("*.md") if path not in made)])


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    if arguments == ["--check"]:
        old = out_of_date()
        for path in old:
            sys.stdout.write(f"{path.relative_to(DOCS.parent)} is out of date: run python {MAKER}\n")
        return 1 if old else 0
    if arguments:
        sys.stderr.write(f"usage: python {MAKER} [--check]\n")
        return 2
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
