"""Every text of the pages has its German, what is shipped is what stands in the list, and pages come in both."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation.template import templatize

WEB = Path(__file__).parents[2] / "src" / "stockward" / "web"
GERMAN = WEB / "locale" / "de" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
_OF_TEMPLATES = re.compile(
    r"""\b(n?gettext)\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))(?:, ?(u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")))?"""
)


def shipped() -> dict[str, str]:
    with (GERMAN / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: text for key, text in catalogue.items() if key}


def texts_of_code() -> set[str]:
    """Every text that the modules mark, with its plural."""
    found = set()
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if name in CALLS and isinstance(node, ast.Call):
                texts = node.args[: 2 if name.startswith("n") else 1]
                found |= {ast.literal_eval(one) for one in texts if isinstance(one, ast.Constant)}
    return found


def texts_of_pages() -> set[str]:
    """Every text that the templates mark, with its plural, as the library that translates them reads them."""
    found = set()
    for path in WEB.rglob("*.html"):
        marked = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for _, text, plural in _OF_TEMPLATES.findall(marked):
            found |= {ast.literal_eval(one.removeprefix("u")) for one in (text, plural) if one}
        if "{% translate" in path.read_text(encoding="utf-8"):
            assert "gettext(" in marked, path
    return found


def test_every_text_has_its_german() -> None:
    with (GERMAN / "django.mo").open("rb") as file:
        known = gettext.GNUTranslations(file)
    texts = {**dict.fromkeys(texts_of_code(), "code"), **dict.fromkeys(texts_of_pages(), "page")}
    assert len(texts) > 300
    singles = {key if isinstance(key, str) else key[0] for key in known._catalog}  # type: ignore[attr-defined]
    listed = (GERMAN / "django.po").read_text(encoding="utf-8")
    lacking = {
        text: where
        for text, where in texts.items()
        if text not in singles and f'msgid_plural "{text}"' not in listed.replace('\\"', '"')
    }
    assert not lacking


def test_no_german_is_lacking_or_in_doubt() -> None:
    """Neither an empty translation, nor one form of two, nor one that a tool has guessed."""
    parts = (GERMAN / "django.po").read_text(encoding="utf-8").split("\n\n")[1:]
    told = [part for part in parts if "msgid " in part]
    assert len(told) > 300
    for part in told:
        assert "fuzzy" not in part, part
        forms = re.findall(r'^msgstr(?:\[\d\])? "(.*)"(?:\n"(.+)")?', part, re.MULTILINE)
        assert all("".join(form) for form in forms), part
        assert len(forms) == (2 if "msgid_plural" in part else 1), part


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
