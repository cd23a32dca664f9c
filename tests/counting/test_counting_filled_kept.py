"""A count sheet that anybody has filled in is never written over; a blank one may be written again."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from counting_sites import SEED, drawn, fill, one_line, run, write
from openpyxl.comments import Comment

import stockward as sw
from stockward.cli import main
from stockward.counting import require_not_kept
from stockward.counting.sheets.filled import SHEET_COLUMNS
from stockward.terms.conclusions import Conclusion
from stockward.terms.errors import UsageError

WRITTEN = {"--csv": "to_csv", "--xlsx": "to_xlsx", "--html": "to_html"}


def answered_csv(folder: Path) -> Path:
    return fill(folder)


def remarked_csv(folder: Path) -> Path:
    """One remark, and no quantity."""

    def change(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["quantity"] = ""
        rows[-1]["remark"] = "door was locked"

    return fill(folder, change)


def misspelt_csv(folder: Path) -> Path:
    """What no result takes is the work of somebody all the same."""
    return fill(folder, lambda rows: rows[0].update(quantity="abc", draw="another"))


def answered_xlsx(folder: Path) -> Path:
    path = folder / "sheets.xlsx"
    assert run("draw", folder / "plan.json", "--xlsx", path).exit_code == 0
    book = openpyxl.load_workbook(path)
    book["count_sheet"].cell(row=5, column=SHEET_COLUMNS.index("quantity") + 1, value=0)
    book.save(path)
    return path


@pytest.mark.parametrize("option", WRITTEN)
@pytest.mark.parametrize("answered", [answered_csv, remarked_csv, misspelt_csv, answered_xlsx])
def test_a_sheet_that_is_filled_in_is_kept(tmp_path: Path, option: str, answered: Callable[[Path], Path]) -> None:
    plan = drawn(tmp_path)
    file = answered(tmp_path)
    before = file.read_bytes()
    said = one_line(run("draw", plan, option, file))
    assert said.endswith(f"{file}: it is filled in, and never written over: name another")
    draw = sw.sample(draw=plan, seed_text=SEED)
    with pytest.raises(UsageError, match="it is filled in, and never written over"):
        getattr(draw, WRITTEN[option])(file)
    assert file.read_bytes() == before


def test_no_other_sheet_is_written_where_one_is_kept(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    one_line(run("draw", plan, "--html", tmp_path / "new.html", "--csv", fill(tmp_path)))
    assert not (tmp_path / "new.html").exists()


@pytest.mark.parametrize(("option", "name"), [("--csv", "sheet.csv"), ("--xlsx", "sheet.xlsx")])
def test_a_blank_sheet_is_written_again(tmp_path: Path, option: str, name: str) -> None:
    plan = drawn(tmp_path)
    assert run("draw", plan, option, tmp_path / name).exit_code == 0
    before = (tmp_path / name).read_bytes()
    assert run("draw", plan, option, tmp_path / name).exit_code == 0
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"quantity\n5\n", b"\xff\xfe\x00", b"<html></html>", b"{}"])
def test_what_is_no_count_sheet_is_written_over(tmp_path: Path, content: bytes) -> None:
    plan = drawn(tmp_path)
    (tmp_path / "other.csv").write_bytes(content)
    assert run("draw", plan, "--csv", tmp_path / "other.csv").exit_code == 0


def changed(path: Path, change: Callable[[bytes], bytes]) -> Path:
    path.write_bytes(change(path.read_bytes()))
    return path


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another code": lambda text: text.replace(b",seen", b",ge\xf6ffnet"),
    "two bytes a letter": lambda text: text.decode().encode("utf-16"),
    "no draw": lambda text: b"\n".join(line.partition(b",")[2] for line in text.splitlines()),
    "another header": lambda text: text.replace(b"quantity", b"qty", 1),
    "no header": lambda text: text.partition(b"\n")[2],
    "colons": lambda text: text.replace(b",", b":"),
    "torn rows": lambda text: text.replace(b",seen", b",dusty, opened"),
    "a stray byte": lambda text: text + b"\0",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_sheet_that_a_program_has_changed_is_kept(tmp_path: Path, change: str) -> None:
    plan = drawn(tmp_path)
    file = changed(fill(tmp_path, lambda rows: [row.update(remark="seen") for row in rows]), CHANGES[change])
    before = file.read_bytes()
    assert one_line(run("draw", plan, "--csv", file)).endswith("it is filled in, and never written over: name another")
    assert file.read_bytes() == before


def other_sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book.create_sheet("my notes")["A1"] = "counted box 3: 1"
    book.save(path)


def other_name(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book["count_sheet"].title = "done"
    book.save(path)


def with_a_password(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 500)


def with_a_part_that_does_not_unpack(path: Path) -> None:
    content = bytearray(path.read_bytes())
    start = content.index(b"xl/worksheets/sheet1.xml") + len(b"xl/worksheets/sheet1.xml")
    content[start + 20 : start + 60] = b"\xff" * 40
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("change", [other_sheet, other_name, with_a_password, with_a_part_that_does_not_unpack])
def test_a_workbook_that_somebody_has_changed_is_kept(tmp_path: Path, change: Callable[[Path], None]) -> None:
    plan, path = drawn(tmp_path), tmp_path / "sheets.xlsx"
    assert run("draw", plan, "--xlsx", path).exit_code == 0
    change(path)
    before = path.read_bytes()
    assert "never written over: name another" in one_line(run("draw", plan, "--xlsx", path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("file", ["plan.json", "plan.json.seed", "filled.csv", "other/movements.csv", "other/new.csv"])
def test_no_answer_is_written_over_what_is_sealed_or_counted_or_onto_another_site(tmp_path: Path, file: str) -> None:
    drawn(tmp_path)
    fill(tmp_path)
    write(tmp_path / "other")
    place = tmp_path / file
    before = place.read_bytes() if place.exists() else None
    for arguments in (
        ["review", "--json"],
        ["review", "--html"],
        ["orders", "--csv"],
        ["sample plan", "--items", "box=3", "--json"],
    ):
        command, *asked, option = arguments
        result = CliRunner().invoke(main, [*command.split(), str(tmp_path / "site"), *asked, option, str(place)])
        assert result.exit_code == Conclusion.WRONG_USE, result.output
        assert result.stderr.count("\n") == 1
    review = sw.review(tmp_path / "site")
    for write_it in (review.to_json, review.to_html, review.to_xlsx):
        with pytest.raises(UsageError):
            write_it(place)
    assert (place.read_bytes() if place.exists() else None) == before


def test_a_plan_that_is_not_sealed_is_written_over(tmp_path: Path) -> None:
    for _ in range(2):
        assert run("plan", write(tmp_path / "site"), "--json", tmp_path / "plan.json").exit_code == 0


def is_kept(file: Path) -> bool:
    try:
        require_not_kept("--json", file)
    except UsageError as error:
        assert str(error).endswith("never written over: name another")
        return True
    return False


RESAVED: dict[str, Callable[[bytes], bytes]] = {
    "a mark of UTF-8": lambda text: b"\xef\xbb\xbf" + text,
    "two marks": lambda text: b"\xef\xbb\xbf" * 2 + text,
    "other line ends": lambda text: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"),
    "blanks before": lambda text: b"\n \t" + text,
    "two bytes a letter": lambda text: text.decode().encode("utf-16"),
    "two bytes a letter, no mark": lambda text: text.decode().encode("utf-16-be"),
    "four bytes a letter": lambda text: text.decode().encode("utf-32"),
    "a greeting": lambda text: b"Here is the plan:\n" + text,
    "one line": lambda text: b"".join(text.split()),
    "cut off": lambda text: text[:200],
    "too deep": lambda text: text.replace(b"[", b"[" * 100_000, 1),
    "as a page": lambda text: b"<pre>" + text + b"</pre>",
    "a slash that is escaped": lambda text: text.replace(b"stockward.plan/", b"stockward.plan\\/"),
    "letters that are escaped": lambda text: text.replace(b"stockward.plan", b"\\u0073tockward\\u002eplan"),
    "a second schema": lambda text: text.replace(b"\n}", b',\n"schema": "stockward.review/1"\n}'),
    "another schema": lambda text: text.replace(b"stockward.plan/3", b"stockward.review/1"),
    "no schema": lambda text: text.replace(b"stockward.plan/3", b""),
    "much blank before": lambda text: b"\n" * 2_100_000 + text,
    "packed by gzip": gzip.compress,
    "packed twice": lambda text: gzip.compress(bz2.compress(text)),
    "packed by xz": lzma.compress,
    "packed and cut off": lambda text: gzip.compress(text)[:-20],
    "stray bytes": lambda text: text.replace(b"Two", b"\xff"),
}


@pytest.mark.parametrize("change", RESAVED)
def test_a_sealed_plan_is_kept_in_whatever_way_it_was_saved(tmp_path: Path, change: str) -> None:
    file = changed(drawn(tmp_path), RESAVED[change])
    before = file.read_bytes()
    for arguments in (["review", str(tmp_path / "site"), "--json"], ["sample", "draw", str(file), "--csv"]):
        result = CliRunner().invoke(main, [*arguments, str(file)])
        assert result.exit_code == Conclusion.WRONG_USE, result.output
        assert result.stderr.count("\n") == 1
    assert is_kept(file)
    assert file.read_bytes() == before


def test_other_answers_are_written_over_though_they_speak_of_plans_and_sheets(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    answers = [tmp_path / name for name in ("sheets.html", "certificate.html", "certificate.json", "plan.txt")]
    assert run("draw", plan, "--html", answers[0]).exit_code == 0
    who = ("--counter", "K-1", "--witness", "K-2", "--counted-at", "2026-02-01T10:00")
    said = run("certify", fill(tmp_path), "--plan", plan, *who, "--html", answers[1], "--json", answers[2])
    assert said.exit_code == 3
    assert run("plan", tmp_path / "site", "--json", answers[3]).exit_code == 0
    assert not any(is_kept(file) for file in answers)
    for file in answers[2:]:
        changed(file, lambda text: b"\xef\xbb\xbf" + text.replace(b"Two magazines", b"stockward.plan/"))
        assert not is_kept(file)


def cell(row: int, name: str, value: str) -> Callable[[bytes], bytes]:
    """A cell of the CSV written over; row 0 is the header."""

    def change(text: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(text.decode(), newline="")))
        rows[row][SHEET_COLUMNS.index(name)] = value
        made = io.StringIO(newline="")
        csv.writer(made, lineterminator="\n").writerows(rows)
        return made.getvalue().encode()

    return change


WRITTEN_INTO: dict[str, Callable[[bytes], bytes]] = {
    **{
        name: cell(3, name, "2 there")
        for name in ("draw", "key", "sheet", "line", "area", "material", "task", "unit_number", "unit", "how")
    },
    "another number": cell(3, "unit_number", "999"),
    "another line": cell(3, "line", "99"),
    "a column more": lambda text: b"\n".join(row + b",1" for row in text.splitlines()) + b"\n",
    "a named column more": lambda text: text.replace(b"how\n", b"how,found\n").replace(b".\n", b".,1\n"),
    "a row more": lambda text: text + b",,,,,,,,,,,2 there\n",
    "a row less": lambda text: b"".join(text.splitlines(keepends=True)[:3] + text.splitlines(keepends=True)[4:]),
    "a title": lambda text: b"counted by K-1\n" + text,
    "a title like a page": lambda text: b"<counted by K-1>\n" + text,
    "a title like a plan": lambda text: b"{counted by K-1}\n" + text,
    "blanks in a cell": lambda text: text.replace(b",,items", b", ,items", 1),
    "the header": lambda text: text.replace(b"remark", b"remark (none)", 1),
}


@pytest.mark.parametrize("where", WRITTEN_INTO)
def test_a_sheet_in_which_anything_was_written_anywhere_is_kept(tmp_path: Path, where: str) -> None:
    plan = drawn(tmp_path, "--detection", "0.5")
    file = tmp_path / "sheet.csv"
    assert not is_kept(file)
    before = changed(file, WRITTEN_INTO[where]).read_bytes()
    assert one_line(run("draw", plan, "--csv", file)).endswith("it is filled in, and never written over: name another")
    assert file.read_bytes() == before


def test_blank_sheets_are_known_whatever_they_name(tmp_path: Path) -> None:
    # Names that a spreadsheet would change, or that have to be quoted; boxes, items to be measured, bulk.
    folder = write(
        tmp_path / "site",
        areas='area,kind,name\n1-2,store,\n"a, ""b""",store,\n=S,store,é\u202e\n',
        materials="material,kind,unit,name\nTNT,bulk,kg,\n007,item,each,\nBOMB,item,each,\n",
        contents="material,substance,amount,unit\n007,TNT,2,kg\nBOMB,TNT,500,g\n",
        movements="movement,at,kind,material,quantity\n",
        counts=(
            'inventory,at,area,material,quantity,method\nI,2026-01-01,1-2,007,100,\nI,2026-01-01,"a, ""b""",BOMB,80,\n'
            "I,2026-01-01,=S,TNT,9,W1\nI,2026-01-01,=S,007,90,\n"
        ),
    )
    plan, files = tmp_path / "plan.json", [tmp_path / "s.csv", tmp_path / "s.xlsx"]
    asked = ("--box", "BOMB=8", "--partial", "007=0.5@0.9", "--detection", "0.8")
    assert run("plan", folder, "--commit", plan, *asked).exit_code == 0
    for _ in range(2):
        assert run("draw", plan, "--csv", files[0], "--xlsx", files[1]).exit_code == 0
    assert not any(is_kept(file) for file in files)


def into_a_cell(sheet: str, place: str) -> Callable[[openpyxl.Workbook], object]:
    def write_it(book: openpyxl.Workbook) -> None:
        book[sheet][place] = "2 there"

    return write_it


def a_comment(book: openpyxl.Workbook) -> None:
    book["count_sheet"]["I5"].comment = Comment("2 there", "K-1")


def a_hidden_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("notes").sheet_state = "veryHidden"


@pytest.mark.parametrize(
    "write_it",
    [
        *(into_a_cell("count_sheet", place) for place in ("C1", "A2", "D5", "J5", "L5", "N7", "A400")),
        into_a_cell("README", "A2"),
        into_a_cell("README", "C40"),
        a_comment,
        a_hidden_sheet,
    ],
)
def test_a_workbook_in_which_anything_was_written_anywhere_is_kept(
    tmp_path: Path, write_it: Callable[[openpyxl.Workbook], object]
) -> None:
    plan, file = drawn(tmp_path, "--detection", "0.5"), tmp_path / "sheets.xlsx"
    assert run("draw", plan, "--xlsx", file).exit_code == 0
    assert not is_kept(file)
    book = openpyxl.load_workbook(file)
    write_it(book)
    book.save(file)
    before = file.read_bytes()
    assert "it is filled in, and never written over" in one_line(run("draw", plan, "--xlsx", file))
    assert file.read_bytes() == before


def test_a_part_put_into_a_workbook_without_a_program_for_it_is_seen(tmp_path: Path) -> None:
    plan, file = drawn(tmp_path), tmp_path / "sheets.xlsx"
    assert run("draw", plan, "--xlsx", file).exit_code == 0
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/drawings/drawing1.xml", "<two/>")
    assert is_kept(file)


@pytest.mark.parametrize("part", ["content.xml", "xl/worksheets/sheet1.bin", "sheet.csv"])
def test_a_sheet_saved_in_another_format_is_kept(tmp_path: Path, part: str) -> None:
    drawn(tmp_path)
    file = tmp_path / "saved.zip"
    with zipfile.ZipFile(file, "w") as archive:
        text = (tmp_path / "sheet.csv").read_text(encoding="utf-8")
        archive.writestr(part, text.encode("utf-16-le" if part.endswith("bin") else "utf-8"))
    assert is_kept(file)


def test_a_plan_that_was_packed_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "plan.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(drawn(tmp_path))
    assert is_kept(file)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_that_nobody_can_look_into_is_kept(tmp_path: Path, method: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("a.xml", b"x" * 1000)
    content = bytearray(made.getvalue())
    content[45:60] = b"\xff" * 15
    (tmp_path / "s.xlsx").write_bytes(bytes(content))
    assert is_kept(tmp_path / "s.xlsx")


@pytest.mark.parametrize("blank", [b"\n", b",,,,,,,,,,,\r\n", b" "])
@pytest.mark.parametrize("most", ["200", "1"])
def test_a_filled_sheet_below_many_blank_lines_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: bytes, most: str
) -> None:
    monkeypatch.setenv("STOCKWARD_MAX_FILE_MB", most)
    drawn(tmp_path)
    file = fill(tmp_path)
    file.write_bytes(blank * (2_100_000 // len(blank)) + file.read_bytes())
    assert is_kept(file)
    packed = tmp_path / "sheet.csv.gz"
    packed.write_bytes(gzip.compress(fill(tmp_path).read_bytes()))
    assert is_kept(packed)


def test_other_packed_files_are_written_over(tmp_path: Path) -> None:
    file = tmp_path / "review.json.gz"
    file.write_bytes(gzip.compress(b'{"schema": "stockward.review/1"}'))
    assert not is_kept(file)
    file.write_bytes(b"\n" * 2_100_000 + b"a text")
    assert not is_kept(file)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_seed_that_was_moved_is_kept(tmp_path: Path, mark: bytes) -> None:
    file = tmp_path / "moved.seed"
    file.write_bytes(mark + b"0f" * 32 + b"\r\n")
    assert is_kept(file)


def test_numbers_of_any_length_are_kept(tmp_path: Path) -> None:
    drawn(tmp_path, "--detection", "0.5")
    for name in ("sheet", "line", "unit_number", "key"):
        file = tmp_path / f"{name}.csv"
        file.write_bytes(cell(3, name, "9" * 5000)((tmp_path / "sheet.csv").read_bytes()))
        assert is_kept(file)
