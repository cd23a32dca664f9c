"""Whether counter and witness may be one person: names that a reader would not tell apart.

No spelling can prove that there were two. What is caught is a slip, and one name written in two ways.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from stockward.book.problems import in_latin
from stockward.terms.errors import UsageError

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001d159\U000e0000-\U000e0fff]"
)
"""Signs without a shape that count as letters or marks [Unicode, Default_Ignorable_Code_Point]; blank notes as well."""
_IN_BRACKETS = re.compile(r"\([^)]*\)?|\[[^\]]*\]?|\{[^}]*\}?|<[^>]*>?")
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u0652\u0670]")
"""Marks on Latin, Greek and Cyrillic letters, and of Arabic vowels. In other scripts marks are letters."""
_STROKED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss"})
"""Letters that are plain ones with an accent to a reader, and are none to Unicode."""
_SIGNS = str.maketrans("|¦!$", "lllS")
_TOGETHER = ("rn", "m"), ("vv", "w"), ("ae", "a"), ("oe", "o"), ("ue", "u")
"""Two letters that look like one, and how an umlaut is written without its dots."""
_FIGURES = str.maketrans("ilos", "1105")
"""Letters that look like figures, in one writing or another."""
_LEADING_ZEROS = re.compile("(?<![0-9])0+(?=[0-9])")


def require_two(counter: str, witness: str) -> None:
    """Raise ``UsageError`` where one of the two is not named, or both may be one."""
    if any("" in _ways_to_read(name) for name in (counter, witness)):
        raise UsageError("a certificate names who counted and who watched: give --counter and --witness")
    if may_be_one(counter, witness):
        raise UsageError(
            "counter and witness are the same, as far as a reader sees: a second person must watch; of two people who "
            "are called alike write more of the names"
        )


def may_be_one(name: str, other: str) -> bool:
    """Whether a reader would not tell two names apart."""
    return not set(_ways_to_read(name)).isdisjoint(_ways_to_read(other))


def _ways_to_read(name: str) -> Iterator[str]:
    """A name as it may be read: with what stands in brackets or without, in capitals or not, its words in any order."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", name)).translate(_SIGNS)
    for part in (plain, _IN_BRACKETS.sub(" ", plain)):
        # In capitals more letters of other scripts look alike.
        for form in (part, part.upper()):
            for read in (_as_read, _as_figures):
                words = [read(word) for word in _words(form)]
                if words or part is plain:
                    yield "".join(words)
                # In codes the order of figures tells one from another.
                if words and not any(unicodedata.category(sign)[0] == "N" for sign in form):
                    yield "".join(sorted(words))


def _words(name: str) -> list[str]:
    """The words of a name: signs and blanks between them are passed over."""
    return "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in name).split()


def _as_read(word: str) -> str:
    """A word without accents, of plain letters and figures, each in place of all that look like it."""
    letters = _ACCENTS.sub("", unicodedata.normalize("NFKD", in_latin(word))).casefold().translate(_STROKED)
    plain = _LEADING_ZEROS.sub("", unicodedata.normalize("NFKC", letters))
    for two, one in _TOGETHER:
        plain = plain.replace(two, one)
    return plain.translate(_FIGURES)


def _as_figures(word: str) -> str:
    """The same where letters stand for figures in a number, which may begin with zeros then."""
    read = _as_read(word)
    return _LEADING_ZEROS.sub("", read) if re.search("[0-9]", word) else read
