"""CSV files as people and programs write them; rows whose cells cannot be told apart are torn, and no other."""

from __future__ import annotations

import pytest
from small_folders import CLEAN, SiteFolder

from stockward.terms.errors import SiteError

HEAD = "movement,at,kind,material,quantity,unit,from_area,to_area,method,reverses,note\n"
ROWS = CLEAN["movements"].removeprefix(HEAD).splitlines()


def refusal(folder: SiteFolder) -> str:
    with pytest.raises(SiteError) as caught:
        folder.read()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_clean_site_has_no_problem_and_no_notice(folder: SiteFolder) -> None:
    site = folder.read()
    assert site.problems == ()
    assert site.notices == ()
    assert all(frame.height == 0 for frame in site.set_aside.values())


def test_lot_0012_stays_0012(folder: SiteFolder) -> None:
    folder.replace("materials", "TNT,bulk", "0012,bulk").replace("contents", "TNT,TNT,1", "0012,TNT,1")
    for table in ("movements", "counts"):
        folder.write(table, CLEAN[table].replace(",TNT,", ",0012,"))
    site = folder.read()
    assert site.problems == ()
    assert "0012" in site["materials"]["material"]
    assert site["movements"]["movement"].to_list() == ["0001", "0002", "0003", "0004"]
    assert site["movements"]["material"].cast(str)[0] == "0012"


def test_keys_are_trimmed_and_case_sensitive(folder: SiteFolder) -> None:
    folder.replace("counts", "FEB,2026-02-28,S1,TNT", "FEB,2026-02-28,  S1 ,\u00a0TNT")
    assert folder.read().problems == ()
    folder.replace("movements", "issue,SHELL", "issue,Shell")
    assert "did you mean SHELL" in folder.only_problem().reason


def test_a_byte_order_mark_is_accepted(folder: SiteFolder) -> None:
    for table, text in CLEAN.items():
        folder.write(table, b"\xef\xbb\xbf" + text.encode())
    assert folder.read().problems == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_separators_and_line_ends(folder: SiteFolder, separator: str, end: str) -> None:
    for table, text in CLEAN.items():
        folder.write(table, text.replace(",", separator).replace("\n", end))
    site = folder.read()
    assert site.problems == ()
    assert site["movements"]["row"].to_list() == [2, 3, 4, 5]


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_quoted_cells(folder: SiteFolder, separator: str) -> None:
    for table, text in CLEAN.items():
        quoted = ["".join(f'"{cell}"{separator}' for cell in line.split(","))[:-1] for line in text.splitlines()]
        folder.write(table, "\n".join(quoted) + "\n")
    site = folder.read()
    assert site.problems == ()
    assert site["movements"].height == 4


def test_a_quoted_cell_holds_separators_and_doubled_marks(folder: SiteFolder) -> None:
    folder.replace("movements", "W1,,\n0002", 'W1,,"3"" fuzes, dry"\n0002')
    assert folder.read()["movements"]["note"][0] == '3" fuzes, dry'


def test_a_mark_inside_a_cell_is_a_character(folder: SiteFolder) -> None:
    folder.replace("movements", "W1,,\n0002", 'W1,,box 5" wide\n0002')
    site = folder.read()
    assert site.problems == ()
    assert site["movements"]["note"][0] == 'box 5" wide'


def test_a_cell_of_text_may_run_over_lines_and_rows_count_as_in_a_spreadsheet(folder: SiteFolder) -> None:
    folder.replace("movements", "W1,,\n0002", 'W1,,"dry\nand weighed"\n0002').replace(
        "movements", "30,each", "many,each"
    )
    site = folder.read()
    assert site["movements"]["note"][0] == "dry\nand weighed"
    assert site["movements"]["row"].to_list() == [2, 3, 5]
    assert site.problems[0].row == 4


def test_a_key_does_not_run_over_lines(folder: SiteFolder) -> None:
    folder.replace("movements", "transfer,TNT", 'transfer,"T\nNT"')
    problem = folder.only_problem()
    assert problem.row == 3
    assert "line break" in problem.reason


def test_blank_rows_are_passed_over_and_counted(folder: SiteFolder) -> None:
    folder.write("movements", HEAD + "\n" + ROWS[0] + "\n,,,,,,,,,,\n  \n,,\n" + ROWS[1] + "\n\n\n")
    site = folder.read()
    assert site.problems == ()
    assert site["movements"]["row"].to_list() == [3, 7]


def test_blank_rows_between_quoted_ones(folder: SiteFolder) -> None:
    folder.write("movements", HEAD + "\n" + ROWS[0] + '"a"\n,,,,,,,,,,\n  \n,,\n' + ROWS[1] + '"b"\n\n\n')
    site = folder.read()
    assert site.problems == ()
    assert site["movements"]["row"].to_list() == [3, 7]


@pytest.mark.parametrize("quoted", ["", '"q"'], ids=["plain", "quoted"])
def test_a_short_row_is_set_aside_and_the_others_stay(folder: SiteFolder, quoted: str) -> None:
    folder.write("movements", HEAD + ROWS[0] + quoted + "\n0009,2026-01-03\n" + ROWS[1] + "\n")
    site = folder.read()
    assert site["movements"]["row"].to_list() == [2, 4]
    (problem,) = site.problems
    assert (problem.row, problem.column) == (3, "")
    assert "2 cells and the header 11" in problem.reason
    assert set(site.set_aside["movements"]["unreadable"][0]) == set(HEAD.strip().split(",")) | {
        "measurement",
        "other_quantity",
        "from_balance",
        "to_balance",
        "document",
        "recorded_at",
        "recorded_by",
        "source",
    }


@pytest.mark.parametrize("quoted", ["", '"q"'], ids=["plain", "quoted"])
def test_a_long_row_is_set_aside_unless_what_is_too_much_is_blank(folder: SiteFolder, quoted: str) -> None:
    folder.write("movements", HEAD + ROWS[0] + quoted + ",,\n" + ROWS[1] + ",,5\n" + ROWS[2] + "\n")
    site = folder.read()
    assert site["movements"]["row"].to_list() == [2, 4]
    assert "13 cells and the header 11" in site.problems[0].reason


def test_a_mark_that_never_closes_tears_one_row(folder: SiteFolder) -> None:
    folder.replace("movements", "transfer,TNT", 'transfer,"TNT')
    site = folder.read()
    assert site["movements"]["row"].to_list() == [2, 4, 5]
    assert [(problem.row, problem.column) for problem in site.problems] == [(3, "")]
    assert "do not close" in site.problems[0].reason


def test_marks_that_close_rows_below_do_not_swallow_what_stands_between(folder: SiteFolder) -> None:
    text = HEAD + ROWS[0] + '"opened\n' + ROWS[1] + "\n" + ROWS[2] + "\n" + ROWS[3] + 'closed"\n'
    site = folder.write("movements", text).read()
    assert site["movements"]["movement"].to_list() == ["0002", "0003", "0004"]
    assert [problem.row for problem in site.problems] == [2]


def test_every_row_between_two_stray_marks_is_read_or_said(folder: SiteFolder) -> None:
    text = CLEAN["movements"].replace("0001,", '"0001,').replace("0003,", '00"03,')
    site = folder.write("movements", text).read()
    rows = {*site["movements"]["row"], *(problem.row for problem in site.problems)}
    assert rows == {2, 3, 4, 5}


def test_a_file_cut_in_the_middle_of_a_row(folder: SiteFolder) -> None:
    folder.write("movements", CLEAN["movements"][:-25])
    site = folder.read()
    assert [problem.row for problem in site.problems] == [5]
    assert any("cut short" in notice for notice in site.notices)


def test_a_file_cut_in_the_middle_of_a_quoted_cell(folder: SiteFolder) -> None:
    folder.write("movements", CLEAN["movements"].strip() + '"a note that st')
    site = folder.read()
    assert [problem.row for problem in site.problems] == [5]
    assert any("cut short" in notice for notice in site.notices)


@pytest.mark.parametrize(
    "titles",
    [
        "Ridgeway Works\n",
        "Ledger,,,,\nprinted 2026-06-30,,\n\n",
        '"Ledger, 2026\nof two lines",,\n',
        'Ledger "of 5" shells\n',
        '"never closed\n',
        "method\n",
        "sep=,\n",
    ],
)
def test_titles_above_the_header_are_passed_over(folder: SiteFolder, titles: str) -> None:
    for table, text in CLEAN.items():
        folder.write(table, titles + text)
    site = folder.read()
    assert site.problems == ()
    assert site["movements"].height == 4


def test_rows_are_counted_from_the_top_of_the_sheet_titles_included(folder: SiteFolder) -> None:
    folder.write("movements", "Ledger\n\n" + CLEAN["movements"])
    assert folder.read()["movements"]["row"].to_list() == [4, 5, 6, 7]


def test_columns_stand_in_any_order(folder: SiteFolder) -> None:
    folder.write("areas", "kind,area\nstore,S1\nprocess,P1\n")
    assert folder.read()["areas"]["area"].to_list() == ["S1", "P1"]


def test_an_unknown_column_is_left_out_with_one_notice(folder: SiteFolder) -> None:
    folder.write("areas", "area,colour,kind,smell\nS1,red,store,sweet\nP1,blue,process,\n")
    site = folder.read()
    assert site.notices == ("areas.csv: left out what the format does not know: column colour, smell",)


def test_values_under_no_name_are_said(folder: SiteFolder) -> None:
    folder.write("areas", "area,,kind,\nS1,kg,store,\nP1,,process,\n")
    assert folder.read().notices == ("areas.csv: left out what has no name in the header: column B",)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("quantty", "quantity"),
        ("frm_area", "from_area"),
        ("methd", "method"),
        ("unitt", "unit"),
    ],
)
def test_a_misspelt_column_is_refused_with_did_you_mean(folder: SiteFolder, written: str, meant: str) -> None:
    folder.write("movements", CLEAN["movements"].replace(f",{meant},", f",{written},", 1))
    assert f"'{written}' (did you mean {meant}?)" in refusal(folder)


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("quantity (t)", "t"),
        ("Quantity [KG]", "kg"),
        ("quantity_kg", "kg"),
        ("quantity in lb", "lb"),
        ("quantity (pcs)", "each"),
        ("quantity (boxes)", "its unit (one of kg, g, t, lb, oz, gr, each)"),
    ],
)
def test_a_unit_in_the_header_is_not_lost(folder: SiteFolder, header: str, unit: str) -> None:
    folder.write("counts", CLEAN["counts"].replace("quantity", header, 1))
    told = f"(did you mean quantity?): rename it quantity, and write {unit} in each row of a column unit"
    assert told in refusal(folder)


def test_a_unit_behind_a_name_that_is_no_quantity_is_none(folder: SiteFolder) -> None:
    folder.write("movements", CLEAN["movements"].replace("note", "note (kg)", 1))
    assert folder.read().problems == ()


def test_a_column_that_looks_like_one_that_is_there_is_only_unknown(folder: SiteFolder) -> None:
    folder.write("areas", "area,kind,areas\nS1,store,x\nP1,process,y\n")
    assert "column areas" in folder.read().notices[0]


def test_a_column_that_stands_twice_is_refused(folder: SiteFolder) -> None:
    folder.write("areas", "area,kind,kind\nS1,store,dock\nP1,process,dock\n")
    assert "areas.csv: column kind stands twice: keep one" in refusal(folder)


def test_a_missing_required_column_is_refused(folder: SiteFolder) -> None:
    folder.write("counts", "inventory,at,area,quantity\nJAN,2026-01-31,S1,300\n")
    assert "counts.csv: the required column material is missing" in refusal(folder)


@pytest.mark.parametrize(
    ("old", "new", "mend"),
    [
        ("quantity", "Count", "the required column quantity is missing, which Count may be: rename Count to quantity"),
        ("quantity", "Amount", "rename Amount to quantity"),
        (",at,", ",Data,", "the required column at is missing, which Data may be: rename Data to at"),
        (",at,area", ",Data,", "rename Data to at, add area"),
        (
            ",quantity,",
            ",Qty,Count,",
            "the columns Qty and Count may each be quantity: rename the one",
        ),
        (",quantity,", ",Weight,Count,", "the required column quantity is missing: add it to the header row"),
    ],
)
def test_a_required_column_under_another_usual_name(folder: SiteFolder, old: str, new: str, mend: str) -> None:
    assert mend in refusal(folder.replace("counts", old, new))


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"], ids=["nothing", "blank lines", "a mark of order"])
def test_an_empty_file_is_refused(folder: SiteFolder, content: str) -> None:
    folder.write("methods", content)
    assert "methods.csv: there is no header row" in refusal(folder)


def test_a_file_of_a_header_alone_is_an_empty_table(folder: SiteFolder) -> None:
    folder.write("calibrations", "method,at\n")
    site = folder.read()
    assert site.problems == ()
    assert site["calibrations"].height == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "area,kind\nS1,store\nCafé,store\n".encode("cp1252"),
            "areas.csv: row 3 is not UTF-8: save the file as CSV UTF-8",
        ),
        (CLEAN["areas"].encode("utf-16"), "areas.csv: row 1 is not UTF-8"),
        (CLEAN["areas"].encode("utf-16-le"), "areas.csv: row 1 holds a zero byte"),
        (b"area,kind\nS1,st\0ore\n", "areas.csv: row 2 holds a zero byte"),
        (b"PK\x03\x04 and so on", "areas.csv: this is a workbook or Parquet file under the name of a CSV"),
        (b"PAR1 and so on", "areas.csv: this is a workbook or Parquet file under the name of a CSV"),
    ],
    ids=["cp1252", "utf-16", "utf-16 without mark", "zero byte", "workbook", "parquet"],
)
def test_a_file_that_is_no_utf_8_text_is_refused_in_one_line(folder: SiteFolder, content: bytes, words: str) -> None:
    folder.write("areas", content)
    assert words in refusal(folder)


@pytest.mark.parametrize("mark", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"])
@pytest.mark.parametrize("place", [",500,", ",TNT,500", "W1,,\n0002"], ids=["number", "key", "text"])
def test_a_spreadsheet_error_is_at_fault_in_every_column(folder: SiteFolder, mark: str, place: str) -> None:
    new = {",500,": f",{mark},", ",TNT,500": f",{mark},500", "W1,,\n0002": f"W1,,{mark}\n0002"}[place]
    folder.replace("movements", place, new)
    problem = folder.only_problem()
    assert (problem.row, problem.value) == (2, mark)
    assert "shows an error" in problem.reason


def test_many_faults_of_files_are_said_at_once(folder: SiteFolder) -> None:
    folder.write("areas", "area\nS1\n").write("counts", b"\xff\xff")
    assert "areas.csv" in refusal(folder)
    assert "; also counts.csv" in refusal(folder)


@pytest.mark.parametrize(
    "row",
    [
        '{0},2026-01-02T08:00,receipt,"TNT,5,kg,,S1,W1,,',
        "{0},2026-01-02T08:00",
        "{0},now,recpt,TNTT,-5,tons,,S{0},W8,R{0},",
    ],
)
def test_many_bad_rows_are_all_said(folder: SiteFolder, row: str) -> None:
    folder.write("movements", HEAD + "".join(row.format(number) + "\n" for number in range(20_000)))
    site = folder.read()
    assert {problem.row for problem in site.problems if problem.table == "movements"} == set(range(2, 20_002))
    assert site["movements"].height == 0


@pytest.mark.parametrize(
    ("sign", "shown"), [(":", "':'"), (" : ", "':'"), ("^", "'^'"), ("~", "'~'"), (" ", "a blank"), ("  ", "a blank")]
)
@pytest.mark.parametrize("table", ["areas", "methods", "movements"])
def test_a_sign_that_cuts_no_cells_is_named(folder: SiteFolder, table: str, sign: str, shown: str) -> None:
    told = refusal(folder.write(table, f"The year 2026: {table}\n" + CLEAN[table].replace(",", sign)))
    assert told == (
        f"{table}.csv: between its cells stands {shown}: save it as CSV UTF-8 with commas, semicolons or tabs between "
        "them"
    )


@pytest.mark.parametrize("sign", [":", "^", " "])
def test_a_second_file_of_a_table_is_known_under_any_sign(folder: SiteFolder, sign: str) -> None:
    told = refusal(folder.write("movements_2.csv", CLEAN["movements"].replace(",", sign)))
    assert "movements_2.csv: it looks like a part of movements" in told


def test_a_decimal_comma_in_a_comma_file_is_told_with_its_mend(folder: SiteFolder) -> None:
    folder.replace("counts", "JAN,2026-01-31,S1,TNT,300", "JAN,2026-01-31,S1,TNT,299,5")
    told = "a comma inside a value? Put a text in quotation marks, and write a number with a point, as 1234.5"
    assert folder.only_problem().reason == f"it has 9 cells and the header 8: {told}"
    assert folder.replace("counts", "299,5", "299.5").read().problems == ()


@pytest.mark.parametrize("name", ["M1", '"M1"'])
def test_a_decimal_comma_that_pushes_blank_cells_to_the_right_is_told(folder: SiteFolder, name: str) -> None:
    """A row with a blank cell too many is read, but where a number may have been cut in two."""
    counts = "inventory,at,area,material,quantity,measurement,counted_by\n"
    rows = f"JAN,2026-01-31,S1,TNT,300,{name},,\nFEB,2026-02-28,S1,TNT,8000,5,,\n"
    assert folder.write("counts", counts + rows).only_problem().reason.startswith("it has 8 cells and the header 7")


def test_a_separator_inside_a_value_of_a_site_with_the_comma(comma_folder: SiteFolder) -> None:
    comma_folder.write("areas", "area;kind;name\nS1;store;\nP1;process;a;b\n")
    comma_folder.write("methods", "method,random_rel\nW2,0,002\nW1,\n")
    told = {problem.table: problem.reason for problem in comma_folder.read().problems if not problem.column}
    assert told["areas"].endswith("a semicolon inside a value? Put the value in quotation marks")
    assert told["methods"].endswith("in quotation marks, or save the file with semicolons between its cells")


def test_lines_of_very_many_cells_are_torn(folder: SiteFolder) -> None:
    rows = [f"N{number},2026-01-05T08:00,issue,SHELL,1,each,P1,,,," for number in range(20)]
    folder.add("movements", *rows, "0005" + "," * 1_100, "0006" + "," * 15)
    site = folder.read()
    assert site["movements"].height == 24
    (problem, *_) = [problem for problem in site.problems if problem.row == 26]
    assert problem.reason == "it has another number of cells than the header: correct the row"
