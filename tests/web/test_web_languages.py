"""Every text of the pages has its German, what is shipped is what stands in the list, and pages come in both."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parents[2] / "src" / "stockward" / "web"
GERMAN = WEB / "locale" / "de" / "LC_MESSAGES"
_TEXTS = (
    re.compile(r"""{% translate "([^"]*)" %}"""),
    re.compile(r"""{% translate '([^']*)' %}"""),
    re.compile(r"""\b_\(\s*"((?:[^"\\]|\\.)*)"\s*\)"""),
)


def shipped() -> dict[str, str]:
    with (GERMAN / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: text for key, text in catalogue.items() if key}


def test_every_text_has_its_german() -> None:
    known = shipped()
    files = [*WEB.rglob("*.html"), *WEB.rglob("*.py")]
    texts = {text for file in files for one in _TEXTS for text in one.findall(file.read_text(encoding="utf-8"))}
    assert len(texts) > 150
    assert not {text for text in texts if not known.get(text)}


def test_what_is_shipped_is_what_stands_in_the_list() -> None:
    parts = (GERMAN / "django.po").read_text(encoding="utf-8").split("\n\n")[1:]
    known = shipped()
    for part in parts:
        texts = {"msgid": "", "msgstr": ""}
        of = ""
        for line in part.splitlines():
            key, _, rest = line.partition(" ") if line.startswith("msg") else (of, "", line)
            of = key
            if key in texts and rest.startswith('"'):
                texts[key] += rest[1:-1].replace('\\"', '"')
        if texts["msgstr"]:
            assert known[texts["msgid"]] == texts["msgstr"]
        assert "fuzzy" not in part
    assert len(parts) > 200


@pytest.mark.usefixtures("new_book")
def test_pages_come_in_both(come_in: Callable[..., Any]) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    assert '<html lang="en">' in clerk.get("/").content.decode()
    german = clerk.get("/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="de">' in german and "Neues eintragen" in german and "What needs you" not in german
    clerk.post("/language/", {"language": "de", "next": "/sites/"})
    assert "Standorte" in clerk.get("/sites/").content.decode()
    assert clerk.post("/language/", {"language": "de", "next": "https://elsewhere.example/"}).headers["Location"] == "/"
