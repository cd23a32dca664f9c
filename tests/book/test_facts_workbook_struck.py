"""What a workbook strikes through or hides is never read as true without a word: the row is set aside, and named."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from small_folders import CLEAN, SiteFolder, cells
from xlsxwriter import Workbook

from stockward.book.cells.reading import SHOWN_OTHERWISE, STRUCK, STRUCK_IN_PART, UNSEEN
from stockward.terms.errors import SiteError

QUANTITY = 4
WHITE, DARK = "#FFFFFF", "#202020"


def counts(
    folder: SiteFolder,
    form: dict[str, Any] | None = None,
    *,
    columns: tuple[int, ...] = (QUANTITY,),
    rule: dict[str, Any] | None = None,
    over: str = "A2:H9",
    also: Callable[[Any, Any], None] = lambda _book, _sheet: None,
) -> SiteFolder:
    """The counts as a workbook, of whose first row these columns have a format, or a rule lies over its cells."""
    (folder.path / "counts.csv").unlink(missing_ok=True)
    book = Workbook(str(folder.path / "site.xlsx"))
    sheet, other = book.add_worksheet("counts"), book.add_format(form or {})
    for row, line in enumerate(cells(CLEAN["counts"])):
        for column, text in enumerate(line):
            own = other if row == 1 and column in columns and rule is None else None
            if row and column == QUANTITY:
                sheet.write_number(row, column, float(text), own)
            elif text:
                sheet.write_string(row, column, text, own)
    if rule is not None:
        sheet.conditional_format(over, {**rule, "format": other})
    also(book, sheet)
    book.close()
    return folder


def told(folder: SiteFolder) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.reason) for one in folder.read().problems]


def test_a_struck_quantity_sets_its_row_aside(folder: SiteFolder) -> None:
    site = counts(folder, {"font_strikeout": True}).read()
    assert [(one.file, one.row, one.column, one.value, one.reason) for one in site.problems] == [
        ("site.xlsx[counts]", 2, "quantity", "#STRUCK 300", SHOWN_OTHERWISE[STRUCK])
    ]
    assert site["counts"].height == 2


def test_a_row_that_is_struck_as_a_whole_is_one_fault(folder: SiteFolder) -> None:
    counts(folder, {"font_strikeout": True}, columns=tuple(range(8)))
    assert told(folder) == [(2, "quantity", SHOWN_OTHERWISE[STRUCK])]


def test_each_struck_cell_of_a_row_that_stands_is_told(folder: SiteFolder) -> None:
    counts(folder, {"font_strikeout": True}, columns=(3, 6))
    assert told(folder) == [(2, "material", SHOWN_OTHERWISE[STRUCK]), (2, "method", SHOWN_OTHERWISE[STRUCK])]


def test_a_text_of_which_a_part_is_struck(folder: SiteFolder) -> None:
    def in_part(book: Any, sheet: Any) -> None:
        sheet.write_rich_string(1, 7, book.add_format({"font_strikeout": True}), "b", " a")

    assert told(counts(folder, also=in_part)) == [(2, "sheet", SHOWN_OTHERWISE[STRUCK_IN_PART])]


@pytest.mark.parametrize(
    "form",
    [
        {"font_color": WHITE},
        {"font_color": "#F8F8F8"},
        {"font_color": "#00FF00", "bg_color": "#00FF00"},
        {"bg_color": "#000000"},
        {"font_size": 1},
    ],
)
def test_letters_that_nobody_sees(folder: SiteFolder, form: dict[str, Any]) -> None:
    assert told(counts(folder, form)) == [(2, "quantity", SHOWN_OTHERWISE[UNSEEN])]


@pytest.mark.parametrize(
    "form",
    [{"font_color": WHITE, "bg_color": DARK}, {"font_color": "#808080"}, {"bg_color": "#FFFF00"}, {"bold": True}],
)
def test_letters_that_everybody_sees(folder: SiteFolder, form: dict[str, Any]) -> None:
    assert counts(folder, form).read().problems == ()


RULES = [
    {"type": "cell", "criteria": "equal to", "value": 25},
    {"type": "cell", "criteria": "<", "value": 26},
    {"type": "formula", "criteria": '=$D2="SHELL"'},
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("form", "mark"), [({"font_strikeout": True}, STRUCK), ({"font_color": WHITE}, UNSEEN)])
def test_a_rule_that_can_be_followed(folder: SiteFolder, rule: dict[str, Any], form: dict[str, Any], mark: str) -> None:
    counts(folder, form, rule=rule, over="E2:E9")
    assert told(folder) == [(3, "quantity", SHOWN_OTHERWISE[mark])]


@pytest.mark.parametrize(
    "rule", [{"type": "formula", "criteria": "=E2>E3"}, {"type": "duplicate"}, {"type": "top", "value": 1}]
)
def test_a_rule_that_may_strike_is_refused_and_one_that_may_hide_is_told(
    folder: SiteFolder, rule: dict[str, Any]
) -> None:
    counts(folder, {"font_strikeout": True}, rule=rule, over="E2:E9")
    with pytest.raises(
        SiteError, match=r"counts\], conditional formatting of E2:E9: it may strike cells through: take"
    ):
        folder.read()
    site = counts(folder, {"font_color": WHITE}, rule=rule, over="E2:E9").read()
    assert "conditional formatting of E2:E9: it may hide what cells hold, which is read" in site.notices[0]
    assert site.problems == ()


def test_a_rule_beside_the_table_or_of_zeros_or_for_the_eye_says_nothing(folder: SiteFolder) -> None:
    anything = {"type": "formula", "criteria": "=E2>E3"}
    for form, rule, over in (
        ({"font_strikeout": True}, anything, "K2:K9"),
        ({"font_strikeout": True}, anything, "E1:E1"),
        ({"font_color": WHITE}, {"type": "cell", "criteria": "equal to", "value": 0}, "E2:E9"),
        ({"bg_color": "#FF0000"}, anything, "E2:E9"),
    ):
        site = counts(folder, form, rule=rule, over=over).read()
        assert site.problems == () == site.notices


def test_a_rule_of_a_later_form_of_the_format_is_seen(folder: SiteFolder) -> None:
    rule = (
        '<extLst><ext xmlns:x14="urn:x14"><x14:conditionalFormattings><x14:conditionalFormatting>'
        '<x14:cfRule type="expression" id="{{1}}"><xm:f xmlns:xm="urn:xm">E2&gt;E3</xm:f><x14:dxf><font><strike/>'
        '</font></x14:dxf></x14:cfRule><xm:sqref xmlns:xm="urn:xm">{}</xm:sqref></x14:conditionalFormatting>'
        "</x14:conditionalFormattings></ext></extLst></worksheet>"
    )
    for over in ("E2:E9", "E:E"):
        path = counts(folder).path / "site.xlsx"
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        sheet = "xl/worksheets/sheet1.xml"
        parts[sheet] = parts[sheet].replace(b"</worksheet>", rule.format(over).encode())
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        with pytest.raises(SiteError, match=f"conditional formatting of {over}: it may strike cells through"):
            folder.read()


def test_a_comment_beside_a_figure_is_told(folder: SiteFolder) -> None:
    def beside(_: Any, sheet: Any) -> None:
        sheet.write_comment(1, QUANTITY, "there were 280")
        sheet.write_comment(0, QUANTITY, "in kg")

    assert counts(folder, also=beside).read().notices == (
        "site.xlsx[counts]: cell E2 has a comment; comments are not read: where one corrects a figure, write that into "
        "the cell",
    )
