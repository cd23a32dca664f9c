"""Names of files that come from the data: safe on every system, and no two of them one file on any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from unicodedata import category, normalize

_KEPT = "-_."
_MOST_BYTES = 100
_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)
"""Names that Windows keeps for devices, with any ending."""


def file_names(codes: Iterable[str]) -> dict[str, str]:
    """A name of a file, without its ending, for each code.

    A code that is a good name is kept. Any other is cleaned, and ends with a mark made from the code: so its name does
    not depend on the others. Names that some system takes for one (case, ways to write an accent) get a mark too.

    >>> file_names(["G-07", "K/12"])
    {'G-07': 'G-07', 'K/12': 'K_12-0a636179'}
    """
    names = {code: _safe(code) for code in codes}
    length = 8
    while clashing := _clashing(names):
        names |= {code: f"{names[code]}-{_mark(code, length)}" for code in clashing}
        length *= 2
    return names


def _safe(code: str) -> str:
    """The code where it is a good name; else cleaned, and with its mark."""
    name = "".join(sign if _is_kept(sign) else "_" for sign in normalize("NFC", code)).lstrip("-.").rstrip(".")
    name = name.encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore")
    if name.split(".")[0].upper() in {"", *_RESERVED}:
        name = f"_{name}"
    return name if name == code else f"{name}-{_mark(code, 8)}"


def _is_kept(sign: str) -> bool:
    """Letters and digits of any script, with the marks that belong to them, and a few signs."""
    return sign in _KEPT or category(sign)[0] in "LMN"


def _clashing(names: dict[str, str]) -> list[str]:
    """Codes whose names some system takes for that of another; one that is written as those systems see it keeps it."""
    alike = {code: normalize("NFKC", normalize("NFKC", name).casefold()) for code, name in names.items()}
    number = Counter(alike.values())
    return [code for code, name in alike.items() if number[name] > 1 and code != name]


def _mark(code: str, length: int) -> str:
    """The first signs of the SHA-256 of a code."""
    return sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:length]
