"""What a reader needs who does not see the page, or sees it on a small or dark screen; axe-core finds no more.

The whole of it is looked at in a browser by ``python -m benchmarks.accessibility``.
"""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stockward.answers.review import ReviewAnswer
from stockward.report import write_html

TEMPLATES = Path(__file__).parents[2] / "src" / "stockward" / "report" / "templates"
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in sorted(TEMPLATES.iterdir())}
WHOLE = [name for name, text in TEXTS.items() if "<!doctype html>" in text]
PARTS = [name for name in TEXTS if name.endswith(".j2")]
LEAST_CONTRAST = 4.5
"""Of text with what it stands on [WCAG 2.2, 1.4.3]."""
PAPERS = ("paper", "wash")
INKS = (
    "ink", "quiet", "link", "shortage", "gain", "discrepancy", "not_tested", "balanced", "balanced_in_part",
)  # fmt: skip
BADGES = ("shortage", "gain", "discrepancy")


class Outline(HTMLParser):
    """The headings, links and drawings of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.marks: list[str] = []
        self.links: list[str] = []
        self.drawings: list[dict[str, str | None]] = []
        self._in_link = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.marks.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "a":
            self.links.append("")
        if tag == "svg":
            self.drawings.append(dict(attrs))
        self._in_link = self._in_link or tag == "a"

    def handle_data(self, data: str) -> None:
        if self._in_link:
            self.links[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._in_link = self._in_link and tag != "a"


@pytest.fixture(scope="module", params=["full", "surged", "empty", "unknown", "hostile"])
def outline(request: pytest.FixtureRequest) -> Outline:
    review: ReviewAnswer = request.getfixturevalue(request.param)
    return Outline(write_html(review))


def test_headings_go_down_by_one_level_at_a_time(outline: Outline) -> None:
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(outline.levels))


def test_links_and_drawings_have_names(outline: Outline) -> None:
    assert all(text.strip() for text in outline.links)
    for drawing in outline.drawings:
        assert drawing["role"] == "img"
        assert drawing["aria-labelledby"]


def test_there_is_one_main_part(outline: Outline) -> None:
    assert outline.marks.count("main") == 1


@pytest.mark.parametrize("name", WHOLE)
def test_every_page_has_a_language_a_title_and_one_main_part(name: str) -> None:
    text = TEXTS[name]
    assert '<html lang="en">' in text
    assert re.search(r"<title>.+</title>", text)
    assert text.count("<main>") == text.count("</main>") == 1
    assert text.count("<h1>") == 1
    assert "meta.html.j2" in text
    assert "user-scalable" not in TEXTS["meta.html.j2"]


@pytest.mark.parametrize("name", PARTS)
def test_every_head_of_a_table_says_something_and_of_what(name: str) -> None:
    for attributes, content in re.findall(r"<th\b([^>]*)>(.*?)</th>", TEXTS[name]):
        assert 'scope="col"' in attributes or 'scope="row"' in attributes
        assert content.strip()


@pytest.mark.parametrize("name", PARTS)
def test_what_is_wider_than_the_screen_can_be_pushed_with_the_keyboard(name: str) -> None:
    assert '<div class="wide">' not in TEXTS[name]
    assert TEXTS[name].count('<div class="wide" tabindex="0"><table') == TEXTS[name].count('class="wide"')


def test_focus_shows_and_links_are_large_enough_to_touch() -> None:
    assert "[tabindex]:focus-visible { outline: 3px" in TEXTS["style.css"]
    assert "[tabindex]:focus-visible { outline: 3px" in TEXTS["certificate.css"]
    height = re.search(r"nav a \{[^}]*line-height: (\d+)px", TEXTS["style.css"])
    assert height is not None
    assert int(height[1]) >= 24  # [WCAG 2.2, 2.5.8]


def colours(*styles: str, dark: bool) -> dict[str, str]:
    """The colours that style sheets name, those of a dark screen over the others."""
    found: dict[str, str] = {}
    for style in styles:
        light, *darks = re.split(r"@media screen and \(prefers-color-scheme: dark\)", TEXTS[style])
        for text in (light, *(darks if dark else ())):
            root = re.findall(r":root \{(.*?)\}", text, flags=re.DOTALL)
            found |= dict(re.findall(r"--([a-z_-]+): (#[0-9a-f]{3,6})", " ".join(root)))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("styles", [("style.css",), ("style.css", "roster.css")], ids=["review", "roster"])
def test_text_stands_out_from_what_it_stands_on(styles: tuple[str, ...], dark: bool) -> None:
    known = colours(*styles, dark=dark)
    pairs = [*itertools.product(INKS, PAPERS), ("ink", "alarm"), *(("on-badge", badge) for badge in BADGES)]
    faint = {pair: contrast(known[pair[0]], known[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < LEAST_CONTRAST} == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_shifts_of_a_roster_stand_out(dark: bool) -> None:
    light, _, night = TEXTS["roster.css"].partition("@media screen and (prefers-color-scheme: dark)")
    rule = r"\.([ELND]) \{ background: (#[0-9a-f]{6}) !important; color: (#[0-9a-f]{6}); \}"
    shown = {name: (paper, ink) for name, paper, ink in re.findall(rule, light + (night if dark else ""))}
    assert set(shown) == set("ELND")
    assert all(contrast(*pair) >= LEAST_CONTRAST for pair in shown.values())
