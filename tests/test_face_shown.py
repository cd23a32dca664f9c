"""What a terminal and a notebook show of an answer: bounded, escaped, and the same as what is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

import stockward as sw
from stockward.face.shown import Shown
from stockward.report.review.card import LETTERS_MAX, LINES_MAX, ROWS_MAX, card, card_html, card_text, grid

ROOT = Path(__file__).parents[1]
RIDGEWAY = ROOT / "examples" / "ridgeway"
FIRST_SITE, FIRST_COUNT, FAULTY = (ROOT / "docs" / name for name in ("first_site", "first_count", "faulty"))
EVIL = "<script>alert(\"1\")</script> & '2' \x1b[31m\u202e"


def draw_of(folder: Path) -> sw.Draw:
    sw.sample(FIRST_COUNT, items={"box": 3}, commit=folder / "plan.json")
    return sw.sample(draw=folder / "plan.json")


def certificate_of(folder: Path) -> sw.Certificate:
    draw_of(folder).to_csv(folder / "sheets.csv")
    who = {"counter": "K-1", "witness": "K-2", "counted_at": "2026-02-01"}
    return sw.sample(result=folder / "sheets.csv", plan=folder / "plan.json", **who)


ANSWERS: dict[str, Callable[[Path], Shown]] = {
    "site": lambda folder: sw.read_site(RIDGEWAY),
    "faulty": lambda folder: sw.read_site(FAULTY),
    "check": lambda folder: sw.check(FAULTY),
    "review": lambda folder: sw.review(FIRST_SITE, production=5),
    "drill": lambda folder: sw.drill(FIRST_SITE, copies=10, jobs=1),
    "orders": lambda folder: sw.orders(RIDGEWAY, FIRST_SITE, FAULTY, "nowhere", guards=">2"),
    "plan": lambda folder: sw.sample(RIDGEWAY),
    "draw": draw_of,
    "certificate": certificate_of,
}


class Elements(HTMLParser):
    """Which elements and attributes there are, and the text of each cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def require_harmless(html: str) -> Elements:
    """Nothing but text and tables: so there is no script, and nothing from outside."""
    elements = Elements(html)
    tables = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert elements.names <= {"div", "p", "br", "strong", *tables}
    assert elements.attributes <= {"class", "scope"}
    return elements


def require_a_screen(text: str) -> None:
    lines = text.splitlines()
    assert 1 < len(lines) <= LINES_MAX
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_fits_a_screen_and_a_notebook(name: str, tmp_path: Path) -> None:
    answer = ANSWERS[name](tmp_path)
    require_a_screen(repr(answer))
    html = answer._repr_html_()
    elements = require_harmless(html)
    assert "table" in elements.names
    assert len(html) < 40_000
    first = repr(answer).splitlines()[0]
    assert first in html.replace("\u202f", " ")


def test_what_a_review_of_the_example_shows(ridgeway_site: sw.Site) -> None:
    assert "29 835 rows read, 0 set aside: no problem." in repr(ridgeway_site)
    shown = repr(sw.orders(ridgeway_site))
    assert "2 orders at 1 site: 1 met, 1 short of target." in shown
    assert re.search(r"^Ridgeway Works +ORD-02 +patrolling guards", shown, re.MULTILINE)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A site whose every name is an attack, or longer than any screen, with a shortage and a row at fault."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    name = EVIL.replace('"', '""')
    written = EVIL.replace("\x1b", "\\u001b").replace('"', '\\"')
    (folder / "site.toml").write_text(
        f'format = 1\n[site]\nname = "{written}"\ntimezone = "UTC"\n[detection]\nfalse_alarm = 0.05\n'
        "detection = 0.95\n",
        encoding="utf-8",
    )
    items = [f"M{number:02}" for number in range(60)]
    tables = {
        "areas": f'area,kind,name\nA,store,"{name}"\n',
        "materials": "material,kind,unit,name\n" + "".join(f'{one},item,each,"{name}{"x" * 999}"\n' for one in items),
        "movements": (
            "movement,at,kind,material,quantity,from_area,to_area\n"
            + "".join(f"V{one},2026-01-10,receipt,{one},10,,A\n" for one in items)
            + f'V,2026-01-11,receipt,M00,"{name}",,A\n'
        ),
        "counts": (
            "inventory,at,area,material,quantity\n"
            + "".join(f"I1,2026-01-01,A,{one},5\nI2,2026-02-01,A,{one},14\n" for one in items)
        ),
    }
    for table, text in tables.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "ask",
    [sw.read_site, sw.check, sw.review, sw.orders, lambda site: sw.sample(site, items={"M01": 2})],
    ids=["site", "check", "review", "orders", "plan"],
)
def test_a_name_is_shown_as_text_and_steers_nothing(ask: Callable[[Path], Shown], hostile: Path) -> None:
    answer = ask(hostile)
    require_a_screen(repr(answer))
    assert "\x1b" not in repr(answer)
    assert "\u202e" not in repr(answer)
    html = answer._repr_html_()
    elements = require_harmless(html)
    assert "&lt;script&gt;" in html
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert any("<script>alert(\"1\")</script> & '2' ?[31m?" in text for text in elements.texts)
    assert len(html) < 60_000


def test_a_card_of_a_site_with_thousands_of_series_is_as_large_as_any() -> None:
    rows = [("x" * 10_000, f"{number}", "y" * 10_000) for number in range(5_000)]
    shown = card(
        "a site", "z" * 10_000, [f"{number}" * 500 for number in range(5_000)],
        [grid("Series", ("a", "b", "c"), rows, total=len(rows), where=".series")] * 3,
    )  # fmt: skip
    require_a_screen(card_text(shown))
    html = card_html(shown)
    assert len(html) < 3 * ROWS_MAX * 3 * (LETTERS_MAX + 20)
    assert "and 4\u202f980 more rows: see .series" in html


def test_a_table_that_finds_no_room_is_cut_where_one_sees_it() -> None:
    rows = [(f"{number}", "text") for number in range(30)]
    shown = card("a site", "all is well", [], [grid("Rows", ("a", "b"), rows, total=30, where=".rows")])
    lines = card_text(shown).splitlines()
    assert lines[:4] == ["a site", "all is well", "a   b", "0   text"]
    assert lines[-1] == "..."
    assert grid("Rows", ("a", "b"), [], total=0, where=".rows") is None
