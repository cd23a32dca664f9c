"""The pseudonym of a source appears in no output, whatever place it was written in."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import order_sites as sites
import polars as pl
import pytest
from click.testing import CliRunner
from xlsxwriter import Workbook

from stockward import cli
from stockward.book import read_site
from stockward.book.known import known_at
from stockward.guards.orders.heard import INSTEAD, reports_received, without_sources
from stockward.guards.orders.judged import orders_of
from stockward.terms.conclusions import Conclusion

RARE = "Kestrel-7741"
OTHER = "Grey Wagtail"
NAMES = (RARE, OTHER, "GREY  WAGTAIL", "Wagtail")

HEAD = ["report", "received_on", "about", "text", "source", "source_grade", "information_grade"]
REPORTS = [
    ["R-1", "2026-02-10", "ORD-1", f"heard from {RARE}: the {RARE.lower()}, and GREY  WAGTAIL", RARE, "B", "2"],
    ["R-2", "2026-02-11", RARE, f"x{RARE.upper()}x", OTHER, "C", "3"],
    ["R-3", "2026-02-12", "gate", "the grade stands in a wrong place", "", RARE, "2"],
    ["R-4", "2026-02-12", "gate", "the other grade too", "", "A", RARE],
    ["R-5", RARE, "gate", "a date in a wrong place", RARE, "A", "1"],
    ["R-1", "2026-02-13", RARE, f"{RARE} in a second row of one code", RARE, "A", "1"],
    [f"R-{RARE}", "2026-02-14", "gate", "the code has it", "", "A", "1"],
    ["", "2026-02-15", f"{OTHER} in a row without a code", RARE, "", "A", "1"],
]
ORDERS = (
    "order,issued_on,measure,comparator,due_on,factor,value,baseline_on,issuer,scope,stated_reason\n"
    f"ORD-1,2026-01-10,guards,>,2026-03-30,2,,2026-01-05,{OTHER},{RARE},as {RARE} said\n"
    f"ORD-2,2026-01-11,guards,>,soon,2,,2026-01-05,x{OTHER}x,{RARE},as {RARE} said\n"
)
PEOPLE = sites.guards((5, "ministry", "patrol", "2020-01-01", ""), (2, "civilian", "post", "2020-01-01", ""))
POSTS = "post,kind,guards,start,end,days\ngate,gate,1,00:00,24:00,daily\n"
ABSENCES = "person,start,end,kind\nG-0001,2026-01-05,2026-01-06,sick\n"
STOCK = {
    "areas": "area,kind\nA,store\n",
    "materials": "material,kind,unit\nTNT,bulk,kg\nBOX,item,each\n",
    "methods": "method,random_rel\nscale,0.001\n",
    "goals": "substance,quantity\nTNT,5\n",
    "movements": "movement,at,kind,material,quantity,to_area,method\nB,2026-01-01,receipt,BOX,50,A,\n"
    + "".join(f"{day:02},2026-01-{day:02}T12:00,receipt,TNT,100,A,scale\n" for day in range(2, 29)),
    "counts": "inventory,at,area,material,quantity,method\n"
    + "".join(
        f"I{day:02},2026-01-{day:02}T20:00,A,TNT,{100 * (day - 1)},scale\nI{day:02},2026-01-{day:02}T20:00,A,BOX,50,\n"
        for day in range(2, 29)
    ),
}


def csv_text(rows: list[list[str]]) -> str:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def as_csv(folder: Path) -> None:
    # An unknown column has the pseudonym for its name, and a torn row ends in it.
    rows = [[*HEAD, RARE], *([*row, RARE] for row in REPORTS)]
    torn = f'"R-8","2026-02-16","gate","a,{RARE},{RARE}\n'
    (folder / "reports.csv").write_text(csv_text(rows) + f"R-9,2026-02-16,{RARE}\n" + torn, encoding="utf-8")


def as_parquet(folder: Path) -> None:
    columns = list(zip(*REPORTS, strict=True))
    pl.DataFrame({**dict(zip(HEAD, columns, strict=True)), RARE: ["x"] * len(REPORTS)}).write_parquet(
        folder / "reports.parquet"
    )


def as_workbook(folder: Path) -> None:
    book = Workbook(str(folder / "site.xlsx"))
    sheet = book.add_worksheet("reports")
    for number, row in enumerate([[*HEAD, RARE], *([*row, RARE] for row in REPORTS)]):
        sheet.write_row(number, 0, row)
    sheet.write_formula(len(REPORTS) + 1, 4, f'="{RARE}"')
    book.close()


WAYS = {"csv": as_csv, "parquet": as_parquet, "workbook": as_workbook}


@pytest.fixture(params=WAYS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = sites.write(
        tmp_path / "site", bands=sites.BANDS, people=PEOPLE, orders=ORDERS, posts=POSTS, absences=ABSENCES, **STOCK
    )
    WAYS[request.param](path)
    return path


def texts(path: Path) -> Iterator[str]:
    """What a file holds, each part of a workbook by itself."""
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            yield from (book.read(name).decode("utf-8", "replace") for name in book.namelist())
    else:
        yield content.decode("utf-8", "replace")


def commands(site: str, out: Path) -> dict[str, list[str]]:
    return {
        "check": ["check", site, "--all"],
        "review": [
            "review", site, "--guards", ">2", "--html", str(out / "r.html"), "--json", str(out / "r.json"),
            "--xlsx", str(out / "r.xlsx"), "--covariance",
        ],
        "review to json": ["review", site, "--json", "-"],
        "orders": ["orders", site, "--json", str(out / "o.json"), "--csv", str(out / "o.csv")],
        "orders as of": ["orders", site, "--as-of", "2026-02-28", "--json", "-"],
        "sample": ["sample", "plan", site, "--items", "BOX=5", "--json", str(out / "plan.json")],
        "drill": ["drill", site, "--copies", "4", "--jobs", "1", "--html", str(out / "d.html"), "--json",
                  str(out / "d.json")],
    }  # fmt: skip


def test_no_output_has_the_pseudonym(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert any(RARE in text for path in folder.iterdir() for text in texts(path))
    for name, arguments in commands(str(folder), out).items():
        streams = io.StringIO()
        with contextlib.redirect_stderr(streams):
            result = CliRunner().invoke(cli.main, arguments)
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert result.exit_code != Conclusion.WRONG_USE, f"{name}: {result.output}"
        for said in (result.stdout, result.stderr, streams.getvalue()):
            assert_hidden(said, name)
    files = list(out.iterdir())
    assert len(files) == 8
    for path in files:
        for text in texts(path):
            assert_hidden(text, path.name)


def assert_hidden(text: str, where: str) -> None:
    found = [name for name in NAMES if name.lower() in text.lower()]
    assert not found, f"{where} shows {found[0]}"


def test_an_unreadable_table_of_reports_does_not_show_it(folder: Path) -> None:
    for name in ("reports.csv", "site.xlsx", "reports.parquet"):
        (folder / name).unlink(missing_ok=True)
    (folder / "reports.csv").write_text(f"{RARE},{OTHER}\n{RARE},{RARE}\n", encoding="utf-8")
    for arguments in (["check", str(folder)], ["orders", str(folder)], ["review", str(folder)]):
        result = CliRunner().invoke(cli.main, arguments)
        assert result.exit_code == Conclusion.WRONG_USE
        assert_hidden(result.output, arguments[0])


def test_the_words_around_it_stay(tmp_path: Path) -> None:
    path = sites.write(tmp_path / "site", people=PEOPLE, orders=ORDERS)
    as_csv(path)
    (first, at_fault) = orders_of(known_at(read_site(path), None), day=sites.DAY)
    assert (first.issuer, first.scope, first.stated_reason) == (INSTEAD, INSTEAD, f"as {INSTEAD} said")
    assert (at_fault.issuer, at_fault.stated_reason) == (f"x{INSTEAD}x", f"as {INSTEAD} said")
    said = {one.report: (one.about, one.text) for one in first.heard}
    assert said["R-1"] == ("ORD-1", f"heard from {INSTEAD}: the {INSTEAD}, and {INSTEAD}")
    assert said["R-2"] == (INSTEAD, f"x{INSTEAD}x")
    assert f"R-{INSTEAD}" in said


def test_a_short_pseudonym_is_taken_out_as_a_word(tmp_path: Path) -> None:
    reports = "report,received_on,about,text,source\nR-1,2026-02-10,gate,S saw S-1 and Sam; (s) 's,S\n"
    books = sites.books(tmp_path / "site", reports=reports)
    (heard,) = reports_received(books, sites.DAY)("ORD-1")
    assert heard.text == f"{INSTEAD} saw {INSTEAD}-1 and Sam; ({INSTEAD}) '{INSTEAD}"
    assert without_sources(sites.books(tmp_path / "none"))("S saw S-1") == "S saw S-1"
