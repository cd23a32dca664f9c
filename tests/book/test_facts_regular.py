"""Text that is cut all at once gives what careful reading gives; what careful reading has to judge is left to it."""

from __future__ import annotations

import csv
from unittest import mock

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stockward.book import tables
from stockward.book.sources import separated
from stockward.book.sources.raw import Header
from stockward.book.sources.regular import cut_regular
from stockward.book.sources.separated import _cut, _Head

SEPARATORS = ",;\t"
HEADER = Header(tables()["materials"], "x.csv", {"unit": 2, "material": 0}, (), {}, ())
CHARACTERS = 'ab ,;\t".0é\u00a0\x1c\x0b\u2028'


def cells(separator: str) -> st.SearchStrategy[str]:
    """Cells as programs write them, quoted where they must be or always, and some as no program would."""
    texts = st.text(CHARACTERS, max_size=6)
    plain = texts.map(lambda text: text.replace('"', "").replace(separator, ""))
    quoted = texts.map(lambda text: '"' + text.replace('"', '""') + '"')
    return st.one_of(plain, plain, quoted, quoted, texts, st.just('"two\nlines"'))


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, str]:
    """Rows below a header of three columns, and their separator; here and there one is shorter, longer, or blank."""
    separator = draw(st.sampled_from(SEPARATORS))
    widths = st.sampled_from([3] * 12 + [0, 2, 4])
    rows = [
        separator.join(draw(cells(separator)) for _ in range(width)) for width in draw(st.lists(widths, max_size=6))
    ]
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return end.join(rows) + draw(st.sampled_from(["", end])), separator


def cut(body: str, separator: str) -> tuple[list[list[str]], list[int], list[tuple[int, str]]]:
    columns, rows, torn = _cut(body.encode(), _Head(("x", "y", "z"), separator, 4, 0), HEADER)
    return [column.to_list() for column in columns], rows.to_list(), [(row.row, row.reason) for row in torn]


@given(bodies())
@example((',\x1c,"\x1c"\na,"",c\n', ","))
@example(("\x1c,,\na,b,c\n", ","))
@example(('"","",""\n,,\n', ","))
@example(('a,"b"",c"\n', ","))
@example(("a,b,c\r\rd,e,f", ","))
def test_both_ways_of_cutting_give_the_same(body: tuple[str, str]) -> None:
    at_once = cut(*body)
    with mock.patch.object(separated, "cut_regular", return_value=None):
        assert cut(*body) == at_once


@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "quoted"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_what_programs_write_is_cut_at_once(quoted: bool, end: str, last: bool) -> None:
    mark = '"' if quoted else ""
    body = end.join(f"{mark}{number}{mark},{mark}{mark},c" for number in range(3)) + end * last
    cut_at_once = cut_regular(body.encode(), ",", 3, (0, 1), quoted=quoted)
    assert cut_at_once is not None
    columns, lines = cut_at_once
    assert [column.to_list() for column in columns] == [["0", "1", "2"], ["", "", ""]]
    assert lines.to_list() == [0, 1, 2]


@pytest.mark.parametrize(
    "body", ['a,"b\nc",d\n', 'a,b\n"c",d,e\n', 'a,b"c,d\n', 'a,"b" ,c\n', '"a,b,c\n', 'a, "b",c\n']
)
def test_what_is_to_be_judged_is_not_cut_at_once(body: str) -> None:
    assert cut_regular(body.encode(), ",", 3, (0, 1), quoted=True) is None


def test_an_odd_row_is_found_wherever_it_stands_in_a_long_table() -> None:
    row = "a,b," + "c" * 1000 + "\n"
    for place in (0, 1040, 1045, 2999):
        rows = [row] * 3000
        rows[place] = "a,b\n"
        assert cut_regular("".join(rows).encode(), ",", 3, (0,), quoted=False) is None
    columns, _ = cut_regular((row * 3000).encode(), ",", 3, (2,), quoted=False) or ([pl.Series()], None)
    assert columns[0].len() == 3000


def test_a_cell_longer_than_careful_reading_takes_is_left_to_it() -> None:
    body = f'a,"b",{"c" * (csv.field_size_limit() + 1)}\n'
    assert cut_regular(body.encode(), ",", 3, (0,), quoted=True) is None


def test_of_many_columns_those_that_are_asked_for_are_taken_and_the_others_looked_through() -> None:
    blank, filled, known = ["," * 299, "," * 298 + "x,", "a" + "," * 299]
    body = "\n".join([blank, filled, known]).encode()
    with mock.patch.object(pl, "read_csv", wraps=pl.read_csv) as read:
        columns, lines = cut_regular(body, ",", 300, (5, 0), quoted=False) or ([], pl.Series())
    assert [column.to_list() for column in columns] == [["", ""], ["", "a"]]
    assert lines.to_list() == [1, 2]
    assert max(len(call.kwargs["columns"]) for call in read.call_args_list) <= 100
