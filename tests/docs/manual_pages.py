"""The pages of the manual as the tests read them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PUBLISHED = ROOT / "examples" / "published"
PAGES = (
    README,
    *sorted(DOCS.rglob("*.md")),
    ROOT / "examples" / "README.md",
    *sorted((ROOT / "examples").glob("*/README.md")),
)

_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2212": "-"})


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The text on one line, with plain spaces and signs, so that a quotation may be wrapped anywhere."""
    return plain(text(page))


def plain(words: str) -> str:
    unmarked = words.translate(_SPACES).replace("*", "")
    return re.sub(r"\s+", " ", re.sub(r"\n> ?", "\n", unmarked))


def blocks(page: Path, language: str) -> list[str]:
    """Fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(page), re.DOTALL | re.MULTILINE)


def commands(page: Path) -> list[str]:
    """Every command of the console blocks, in order."""
    lines = "".join(blocks(page, "console")).splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def section(page: Path, heading: str) -> str:
    """What stands between a heading and the next one of the same or a higher level."""
    level = heading.split(" ")[0]
    following = text(page).split(f"\n{heading}\n", 1)[1]
    return re.split(rf"^#{{1,{len(level)}}} ", following, maxsplit=1, flags=re.MULTILINE)[0]


def rows(words: str) -> list[list[str]]:
    """Rows of the Markdown tables in a text, without heads and rules."""
    found: list[list[str]] = []
    lines = words.splitlines()
    for place, line in enumerate(lines):
        if not line.strip().startswith("|") or re.fullmatch(r"[\s|:-]+", line):
            continue
        if place + 1 < len(lines) and re.fullmatch(r"\s*\|[\s|:-]+", lines[place + 1]):
            continue
        found.append([cell.strip() for cell in line.strip().strip("|").split(" | ")])
    return found


def codes(words: str) -> list[str]:
    """Code spans of a text, in order."""
    return re.findall(r"`([^`]+)`", words)
