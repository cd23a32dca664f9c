"""Sheets through a spreadsheet: no cell runs, no key changes, and what was changed is matched with no other line."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path

import openpyxl
import pytest
from counting_sites import SEED, WHO, drawn, fill, one_line, published, run, write
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Font

from stockward.terms.spreadsheet_text import as_text

Rows = list[dict[str, str]]

FORMULAS = [
    "=1+1", "=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "＝1＋1", "＋1", "－1", "＠SUM(1)", "−1+1",
    '=HYPERLINK("http://x","y")', "=A1&B1",
]  # fmt: skip
CHANGED = [
    "007", "0", "1234567890123456789", "1-2", "1/2", "3-4-05", "2026-01-02", "1E5", "2e-3", "1.50", "TRUE", "false",
    "10:30", "10:30 PM", "5%", "$5", "(5)", "MAR1", "Sept2", "2 Jan", "dec-26", "1,5", "1 000", ".5",
]  # fmt: skip
LEFT = ["M1", "105mm", "Store 7", "A-1", "창고 1", "1st", "May", "E5", "true north", "R1C1", "x=1", "S12345"]


@pytest.mark.parametrize("text", [*FORMULAS, *CHANGED, "\t=1", " =1", "\r=1", "\n=1"])
def test_a_text_that_a_spreadsheet_would_change_is_marked(text: str) -> None:
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("text", LEFT)
def test_other_texts_stand_as_they_are(text: str) -> None:
    assert as_text(text) == text


def named(folder: Path, names: list[str]) -> Path:
    """A plan over one area and one material for each name, which is the key of both."""

    def quoted(*cells: str) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(cells)
        return text.getvalue()

    tables = {
        "areas": "area,kind,name\n" + "".join(quoted(name, "store", name) for name in names),
        "materials": "material,kind,unit,name\n" + "".join(quoted(name, "item", "each", name) for name in names),
        "contents": "material,substance,amount,unit\n" + "".join(quoted(name, "RDX", "1", "kg") for name in names),
        "goals": "substance,quantity,unit\nRDX,2,kg\n",
        "movements": "movement,at,kind,material,quantity,from_area,to_area,method\n",
        "counts": "inventory,at,area,material,quantity,method\n"
        + "".join(quoted("I1", "2026-01-01", name, name, "10", "") for name in names),
    }
    plan = folder / "plan.json"
    assert run("plan", write(folder / "site", **tables), "--commit", plan, "--seed-text", SEED).exit_code == 0
    made = ("--csv", folder / "sheet.csv", "--xlsx", folder / "sheet.xlsx", "--html", folder / "sheet.html")
    assert run("draw", plan, *published(plan), *made).exit_code == 0
    return plan


def certified(plan: Path, filled: Path) -> int:
    return run("certify", filled, "--plan", plan, *published(plan), *WHO).exit_code


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return named(tmp_path_factory.mktemp("hostile"), [*FORMULAS, *CHANGED, *LEFT])


def opened(text: str) -> str:
    """A cell of a CSV as a spreadsheet reads it and writes it again."""
    if text.startswith(("=", "+", "-", "@")):
        return "#NAME?"
    if re.fullmatch(r"\d+", text):
        return str(int(text)) if len(text) < 12 else f"{int(text):.5E}"
    if re.fullmatch(r"\d+(\.\d+)?([eE][+-]?\d+)?", text):
        return f"{float(text):g}"
    if re.fullmatch(r"\d+[-/]\d+([-/]\d+)?|\d+ [A-Za-z]{3}|[A-Za-z]{3,4}-?\d+", text):
        return "02-Jan"
    return text.upper() if text.lower() in {"true", "false"} else text


def test_no_cell_of_a_csv_begins_like_a_formula(hostile: Path) -> None:
    sheet = hostile.with_name("sheet.csv").read_text(encoding="utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(sheet)) for cell in row]
    assert not [cell for cell in cells if re.match(r"\s*[=+\-@＝＋－＠−]", cell)]  # noqa: RUF100
    assert len(cells) > 400


def test_keys_survive_a_csv_in_a_spreadsheet(hostile: Path, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(hostile.with_name("sheet.csv").read_text(encoding="utf-8-sig"))))
    place = rows[0].index("quantity")
    for row in rows[1:]:
        row[place] = "1"
    filled = tmp_path / "filled.csv"
    for mark, separator in (("utf-8", ","), ("utf-8-sig", ";"), ("utf-8", "\t")):
        with filled.open("w", encoding=mark, newline="") as file:
            csv.writer(file, delimiter=separator).writerows([opened(cell) for cell in row] for row in rows)
        assert certified(hostile, filled) == 0


def test_keys_survive_a_workbook(hostile: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(hostile.with_name("sheet.xlsx"))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    page = book["count_sheet"]
    header = {str(cell.value): cell.column for cell in page[4]}
    rows = range(5, page.max_row + 1)
    assert {page.cell(row, header["area"]).value for row in rows} == {*FORMULAS, *CHANGED, *LEFT}
    assert all(page.cell(row, header["area"]).quotePrefix for row in rows)
    for row in rows:
        page.cell(row, header["quantity"]).value = 1
        page.cell(row, header["remark"]).value = "1-2"
        assert page.cell(row, header["remark"]).number_format == "@"
    book.save(tmp_path / "filled.xlsx")
    assert certified(hostile, tmp_path / "filled.xlsx") == 0


def test_the_id_and_the_keys_are_no_numbers(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "sheet.csv").read_text(encoding="utf-8"))))
    assert plan.exists()
    assert {re.fullmatch(r"S[0-9a-f]{15}", row["draw"]) is not None for row in rows} == {True}
    assert all(re.fullmatch(r"\d+[cmw]\d+", row["key"]) for row in rows)


def test_plain_letters_need_no_mark(tmp_path: Path) -> None:
    plain, other = named(tmp_path / "a", ["M1", "M2"]), named(tmp_path / "b", ["창고", "Zürich"])
    assert plain.with_name("sheet.csv").read_bytes().startswith(b"draw,")
    assert other.with_name("sheet.csv").read_bytes().startswith(b"\xef\xbb\xbfdraw,")


def test_two_strata_that_read_alike_are_refused(tmp_path: Path) -> None:
    tables = {
        "areas": "area,kind\na/b,store\na,store\n",
        "materials": "material,kind,unit\nc,item,each\nb/c,item,each\n",
        "contents": "material,substance,amount,unit\nc,RDX,1,kg\nb/c,RDX,1,kg\n",
        "goals": "substance,quantity,unit\nRDX,2,kg\n",
        "movements": "movement,at,kind,material,quantity,from_area,to_area,method\n",
        "counts": "inventory,at,area,material,quantity\nI1,2026-01-01,a/b,c,10\nI1,2026-01-01,a,b/c,10\n",
    }
    assert one_line(run("plan", write(tmp_path / "site", **tables), "--commit", tmp_path / "plan.json")) == (
        "error: area 'a' with material 'b/c' and area 'a/b' with material 'c' are both called a/b/c: "
        "rename one of them in the site's tables"
    )


def test_a_sheet_saved_in_another_code_is_refused(tmp_path: Path) -> None:
    plan = named(tmp_path, ["Zürich"])
    filled = fill(tmp_path)
    filled.write_bytes(filled.read_text(encoding="utf-8-sig").encode("cp1252"))
    told = one_line(run("certify", filled, "--plan", plan, *published(plan), *WHO))
    assert told == "error: filled.csv: row 2 is not UTF-8: save the file as CSV UTF-8"


@pytest.mark.parametrize(("name", "becomes"), [("007", "7"), ("1-2", "02-Jan"), ("1E5", "100000"), ("M1", "M2")])
def test_a_name_that_was_changed_all_the_same_is_refused(tmp_path: Path, name: str, becomes: str) -> None:
    plan = named(tmp_path, [name, "7"] if name != "M1" else ["M1", "M2"])
    filled = fill(tmp_path, lambda rows: rows[0].update(quantity="1", area=becomes))
    row = csv.DictReader(io.StringIO(filled.read_text(encoding="utf-8-sig"))).__next__()
    told = one_line(run("certify", filled, "--plan", plan, *published(plan), *WHO))
    written = row["material"].removeprefix("'")
    assert told == (
        f"error: filled.csv row 2, area: {becomes!r} does not belong to the key {row['key']!r}: the draw wrote "
        f"{written!r}: put it back; a spreadsheet that changes what it reads leaves the workbook of --xlsx as it is"
    )


def sort_without(*fixed: str) -> Callable[[Rows], None]:
    """Turn round the order of some columns, as who sorts a part of a sheet does."""

    def turned(rows: Rows) -> None:
        rows[0]["quantity"] = "0"
        moved = [name for name in rows[0] if name not in fixed]
        values = [[row[name] for name in moved] for row in reversed(rows)]
        for row, cells in zip(rows, values, strict=True):
            row.update(zip(moved, cells, strict=True))

    return turned


PARTS = [
    ("draw", "key"), ("draw", "key", "sheet", "line"), ("draw", "key", "sheet", "line", "unit_number"),
    ("draw", "key", "unit_number"), ("sheet", "line"), ("area", "material"), ("unit_number",),
    ("task", "unit_number", "unit"),
]  # fmt: skip


@pytest.mark.parametrize("fixed", PARTS)
def test_columns_that_were_sorted_apart_are_refused(tmp_path: Path, fixed: tuple[str, ...]) -> None:
    # One item of each of two materials, both number 1: the number alone would not show it.
    plan = named(tmp_path, ["M1", "M2"])
    told = one_line(run("certify", fill(tmp_path, sort_without(*fixed)), "--plan", plan, *published(plan), *WHO))
    assert re.match(r"error: filled\.csv row \d+, \w+: ", told)


def test_whole_rows_may_be_sorted(tmp_path: Path) -> None:
    plan = named(tmp_path, ["M1", "M2"])
    assert certified(plan, fill(tmp_path, sort_without())) == 1


def test_columns_for_people_may_be_left_out_or_blank(tmp_path: Path) -> None:
    plan = drawn(tmp_path)

    def bare(rows: Rows) -> None:
        for row in rows:
            for name in ("sheet", "line", "area", "material", "task", "unit", "remark", "how"):
                row.pop(name)

    assert certified(plan, fill(tmp_path, bare)) == 0
    assert certified(plan, fill(tmp_path, lambda rows: [row.update(area="", how="") for row in rows])) == 0


@pytest.mark.parametrize(
    "text",
    [
        "-1", "1e400", "99999999999", "nan", "inf", "NaN", "TRUE", "true", "one", "1 item", "1..0", "1,0", "=1", "'1",
        "1-2", "02-Jan", "2026-01-02", "#REF!", "#NAME?", "½", "1/2", "0x1", "１e9", "−1", "1\n1", "1;1",
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    plan = drawn(tmp_path)
    filled = fill(tmp_path, lambda rows: rows[3].update(quantity=text))
    told = one_line(run("certify", filled, "--plan", plan, *published(plan), *WHO))
    assert told.startswith("error: filled.csv row 5")


def test_a_box_holds_no_more_than_can_be_counted(tmp_path: Path) -> None:
    plan = drawn(tmp_path, "--items", "BOMB=12", "--box", "BOMB=6")
    told = one_line(
        run(
            "certify", fill(tmp_path, lambda rows: rows[0].update(quantity="1e300")), "--plan", plan,
            *published(plan), *WHO,
        )
    )  # fmt: skip
    assert told == "error: filled.csv row 2, quantity: '1e300': there cannot be so many: correct it"


def filled_workbook(folder: Path, change: Callable[[openpyxl.Workbook], object]) -> tuple[Path, Path]:
    """A plan, and its workbook with every unit there, then changed."""
    plan, file = drawn(folder, "--detection", "0.5"), folder / "filled.xlsx"
    assert run("draw", plan, "--xlsx", file).exit_code == 0
    book = openpyxl.load_workbook(file)
    page = book["count_sheet"]
    for row in range(5, page.max_row + 1):
        page.cell(row, 9, 5 if page.cell(row, 7).value == "weigh" else 1)
    change(book)
    book.save(file)
    return plan, file


def calculated(file: Path, place: str, formula: str) -> None:
    """A formula with the value that a spreadsheet program has calculated; openpyxl writes none."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    cell = re.compile(rf'(<c r="{place}"[^>]*?)( t="n")?>(<v>)'.encode())
    assert cell.search(parts[name])
    parts[name] = cell.sub(rb"\1>" + formula.encode() + rb"\3", parts[name])
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("place", "formula"),
    [("I6", "<f>1+0</f>"), ("I6", '<f t="shared" si="0"/>'), ("D6", '<f t="array" ref="D6:I6">D5:I5</f>')],
)
def test_a_count_is_typed(tmp_path: Path, place: str, formula: str) -> None:
    plan, file = filled_workbook(tmp_path, lambda book: None)
    calculated(file, place, formula)
    assert one_line(run("certify", file, "--plan", plan, *published(plan), *WHO)) == (
        "error: filled.xlsx[count_sheet] row 6, quantity: a formula, and a count is typed: "
        "write the number that was counted, as it stands on the signed sheet"
    )


def test_what_stands_above_the_lines_is_told(tmp_path: Path) -> None:
    plan, file = drawn(tmp_path, "--detection", "0.3"), fill(tmp_path)
    assert certified(plan, file) == 0
    # A sheet on which units are missing, with one column less, and below it one on which all are there.
    text = file.read_text(encoding="utf-8")
    above = [row.rpartition(",")[0].replace(",1,items", ",0,items") for row in text.splitlines()[:9]]
    file.write_text("\n".join([*above, text]), encoding="utf-8")
    said = run("certify", file, "--plan", plan, *published(plan), *WHO)
    assert said.stderr == "notice: filled.csv: rows above the lines of the draw, which are passed over: 9\n"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_sheet_that_nobody_sees_is_refused(tmp_path: Path, state: str) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["count_sheet"].sheet_state = state

    plan, file = filled_workbook(tmp_path, hide)
    assert one_line(run("certify", file, "--plan", plan, *published(plan), *WHO)) == (
        "error: filled.xlsx: the sheet count_sheet is hidden, so nobody has filled it in: fill in one that is in sight"
    )


@pytest.mark.parametrize("code", ['"0"', "0;0;0;@;", ";;;", "0;-0;;@"])
def test_a_count_that_shows_something_else_than_it_holds_is_refused(tmp_path: Path, code: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["count_sheet"]["I6"].number_format = code
        book["count_sheet"]["I6"] = 0

    plan, file = filled_workbook(tmp_path, change)
    said = run("certify", file, "--plan", plan, *published(plan), *WHO)
    if code.startswith("0;0;0"):
        assert said.exit_code == 1
    else:
        assert one_line(said) == (
            f"error: filled.xlsx[count_sheet] row 6, quantity: the format {code!r} shows something else than the cell "
            "holds: format it as General, and look at it again"
        )


STROKE = "write it without a stroke as it stands on the signed sheet, or leave it blank"
STRUCK = f"it is struck through: {STROKE}"
SIGHT = "nobody sees it, by the colour or the size of its letters: format it like the others, and look at it again"
STRIKES, WHITENS = Font(strike=True), Font(color="FFFFFFFF")


@pytest.mark.parametrize(
    ("font", "words"), [(STRIKES, STRUCK), (WHITENS, SIGHT), (Font(sz=1), SIGHT)], ids=["struck", "white", "tiny"]
)
def test_a_count_that_is_struck_or_unseen_is_refused(tmp_path: Path, font: Font, words: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for row in (6, 7):
            book["count_sheet"].cell(row, 9).font = font

    plan, file = filled_workbook(tmp_path, change)
    said = one_line(run("certify", file, "--plan", plan, *published(plan), *WHO))
    assert said == f"error: filled.xlsx[count_sheet] row 6, quantity: {words}"


@pytest.mark.parametrize(("font", "words"), [(STRIKES, STRUCK), (WHITENS, SIGHT)], ids=["struck", "white"])
def test_so_is_one_by_a_rule(tmp_path: Path, font: Font, words: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        rule = CellIsRule(operator="equal", formula=["0"], font=font)
        book["count_sheet"].conditional_formatting.add("I5:I9", rule)
        book["count_sheet"]["I6"] = 0

    plan, file = filled_workbook(tmp_path, change)
    said = one_line(run("certify", file, "--plan", plan, *published(plan), *WHO))
    assert said == f"error: filled.xlsx[count_sheet] row 6, quantity: {words}"


def test_a_rule_that_may_hide_a_count_is_refused_and_a_comment_stands_on_the_certificate(tmp_path: Path) -> None:
    def rule(book: openpyxl.Workbook) -> None:
        own = FormulaRule(formula=["I5<I6"], font=WHITENS)
        book["count_sheet"].conditional_formatting.add("I5:I9", own)

    plan, file = filled_workbook(tmp_path, rule)
    assert one_line(run("certify", file, "--plan", plan, *published(plan), *WHO)) == (
        "error: filled.xlsx[count_sheet], conditional formatting of I5:I9: it may hide what cells hold: take the rule "
        "away"
    )
    book = openpyxl.load_workbook(file)
    book["count_sheet"].conditional_formatting = type(book["count_sheet"].conditional_formatting)()
    book["count_sheet"]["I6"].comment = Comment("empty: 0", "K-1")
    book.save(file)
    said = run("certify", file, "--plan", plan, *published(plan), *WHO, "--json", "-")
    assert "cell I6 has a comment" in json.loads(said.stdout)["count"]["notices"][0]


def test_what_was_noticed_stands_on_the_certificate(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        page = book["count_sheet"]
        page.row_dimensions[6].hidden = page.row_dimensions[7].hidden = True
        page.column_dimensions["I"].hidden = True
        page["M4"], page["M5"], page["O8"] = "<found>", 2, 3
        book.create_sheet("true counts")
        book.calculation.fullCalcOnLoad = False

    plan, file = filled_workbook(tmp_path, change)
    calculated(file, "M5", "<f>1+1</f>")
    outputs = [tmp_path / "c.html", tmp_path / "c.json"]
    said = run("certify", file, "--plan", plan, *published(plan), *WHO, "--html", outputs[0], "--json", outputs[1])
    assert said.exit_code == 0
    notices = [
        "filled.xlsx[count_sheet]: left out what the format does not know: column <found>",
        "filled.xlsx[count_sheet]: left out what has no name in the header: column O",
        "filled.xlsx[count_sheet]: 1 cells are formulas; their last calculated values are read",
        "filled.xlsx[count_sheet]: 2 rows are hidden, the first is row 6; they are read like the others",
        "filled.xlsx[count_sheet]: column I (quantity) is hidden; it is read like the others",
        "filled.xlsx: left out what no draw writes: sheet true counts",
    ]
    assert said.stderr.splitlines() == [f"notice: {notice}" for notice in notices]
    assert json.loads(outputs[1].read_text(encoding="utf-8"))["count"]["notices"] == notices
    page = outputs[0].read_text(encoding="utf-8")
    assert all(f"<li>{escape(notice)}</li>" in page for notice in notices)
