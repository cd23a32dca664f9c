"""Numbers, dates and names as a person reads them. A figure is shown to the precision of its own sigma."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

NARROW_SPACE = "\u202f"
MINUS = "\u2212"
NOTHING = "\u2013"

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def decimals(sigma: float | None) -> int | None:
    """Decimal places worth showing beside this sigma (negative: tens and up); ``None`` where a figure is exact.

    Two digits of sigma where it begins with 1.00 to 3.54, one digit above [Particle Data Group, Review of Particle
    Physics, Introduction 5.3: Rounding].
    """
    if sigma is None or not math.isfinite(sigma) or sigma <= 0:
        return None
    exponent = math.floor(math.log10(sigma))
    return (1 if sigma / 10.0**exponent < 3.55 else 0) - exponent


def number(value: float | None, places: int | None = None, *, signed: bool = False, of_items: bool = False) -> str:
    """A number with a narrow space between thousands, so that no reader takes it for a decimal mark.

    ``places`` rounds it; ``None`` shows it as exact, to at most six decimals. ``signed`` puts a plus before what is
    above zero. Unknown is a dash. Sums of whole numbers, ``of_items``, do not round: what is left of them is never 0.

    >>> number(-34.56, 1)
    '−34.6'
    >>> number(1e-10), number(1e-10, of_items=True)
    ('0', '1e-10')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    if places is None:
        text = f"{abs(value):,.6f}".rstrip("0").rstrip(".")
    else:
        text = f"{abs(round(value, places)):,.{max(places, 0)}f}"
    if of_items and places is None and value and text == "0":
        text = f"{abs(value):.2g}"
    is_zero = not text.strip("0.,")
    sign = "" if is_zero else MINUS if value < 0 else "+" if signed else ""
    return sign + text.replace(",", NARROW_SPACE)


def unit_word(unit: str, value: float | None = None) -> str:
    """The unit as it is written in a sentence: pieces of an item are ``items``."""
    if unit != "each":
        return unit
    return "item" if value is not None and abs(value) == 1 else "items"


def quantity(value: float | None, unit: str, places: int | None = None, *, signed: bool = False) -> str:
    """A number and its unit."""
    if value is None:
        return NOTHING
    return f"{number(value, places, signed=signed, of_items=unit == 'each')} {unit_word(unit, value)}"


def exact(value: float, unit: str, places: int, *, signed: bool = False) -> str:
    """An exact difference to so many places; one that is less is shown to two digits, and never as 0.

    >>> exact(-1e-300, "kg", 3)
    '−1e-300 kg'
    """
    if not value or round(value, places):
        return quantity(round(value, places), unit, signed=signed)
    return f"{MINUS if value < 0 else '+' if signed else ''}{abs(value):.2g} {unit_word(unit)}"


def measured(value: float | None, sigma: float | None, unit: str, *, signed: bool = False) -> str:
    """A measured figure with one sigma, both to the precision of the sigma; an exact one without.

    >>> measured(41.37, 8.64, "kg")
    '41 ± 9 kg'
    """
    places = decimals(sigma)
    if value is None or places is None:
        return quantity(value, unit, signed=signed)
    return f"{number(value, places, signed=signed)} ± {number(sigma, places)} {unit_word(unit)}"


def interval(value: float | None, low: float | None, high: float | None, unit: str, *, signed: bool = False) -> str:
    """A figure with the bounds of its 95 % interval, all to the precision of the interval.

    ``signed`` puts a plus before the figure alone: twice more it would only be in the way.

    >>> interval(36.02, 34.68, 37.32, "kg")
    '36.0 (34.7 to 37.3) kg'
    """
    if value is None or low is None or high is None:
        return quantity(value, unit, signed=signed)
    places = decimals((high - low) / 4)
    if places is None:
        return quantity(value, unit, signed=signed)
    if value and not round(value, places):
        places = max(places, decimals(abs(value)) or places)
    bounds = f"({number(low, places)} to {number(high, places)})"
    return f"{number(value, places, signed=signed)} {bounds} {unit_word(unit)}"


def not_before_not_after(start: date, end: date) -> str:
    """The days that hold a loss, the year said once where it is the same.

    >>> not_before_not_after(date(2025, 4, 28), date(2025, 8, 28))
    'not before 28 April and not after 28 August 2025'
    """
    if start == end:
        return f"on {day(end)}"
    return f"not before {day(start, year=start.year != end.year)} and not after {day(end)}"


def probability(value: float | None) -> str:
    """A chance to two digits; below one in ten thousand it says only that.

    >>> probability(0.00321)
    '0.0032'
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    if value < 1e-4:
        return "< 0.0001"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def percent(value: float) -> str:
    """A share as per cent."""
    return f"{100 * value:.4g}{NARROW_SPACE}%"


def count(value: int, one: str, many: str | None = None) -> str:
    """A number of things, in the singular or the plural.

    >>> count(1, "row")
    '1 row'
    """
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def local(at: datetime, timezone: str) -> datetime:
    """A moment in the site's time zone; facts hold moments in UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(timezone))


def moment(at: datetime, timezone: str) -> str:
    """Day and minute at the site, as the books write them."""
    return local(at, timezone).strftime("%Y-%m-%d %H:%M")


def day(at: date | None, *, year: bool = True) -> str:
    """A day with its month in letters, which no reader can take for another; a dash where it is not known.

    >>> day(date(2026, 3, 4))
    '4 March 2026'
    """
    if at is None:
        return NOTHING
    text = f"{at.day} {MONTHS[at.month - 1]}"
    return f"{text} {at.year}" if year else text


def month(first: date) -> str:
    """A month and its year.

    >>> month(date(2026, 6, 1))
    'June 2026'
    """
    return f"{MONTHS[first.month - 1]} {first.year}"


def between(start: date, end: date) -> str:
    """A span of days in words; the year, and the month, are said once where they are the same.

    >>> between(date(2026, 3, 3), date(2026, 6, 2))
    'between 3 March and 2 June 2026'
    """
    same_month = (start.year, start.month) == (end.year, end.month)
    if start == end:
        return f"on {day(end)}"
    first = str(start.day) if same_month else day(start, year=start.year != end.year)
    return f"between {first} and {day(end)}"


def cut(text: str, letters: int) -> str:
    """A text of at most so many letters; one that was longer ends with an ellipsis.

    >>> cut("nitrocellulose", 6)
    'nitro…'
    """
    return text if len(text) <= letters else text[: letters - 1] + "…"


def listed(names: list[str], shown: int) -> str:
    """The first names, and how many more there are.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    if len(names) <= shown:
        return ", ".join(names)
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"


def either(names: list[str], shown: int) -> str:
    """One of these names.

    >>> either(["a", "b", "c"], 3)
    'a, b or c'
    """
    *others, last = names[:shown] if len(names) <= shown else [*names[:shown], f"one of {len(names) - shown} more"]
    return f"{', '.join(others)} or {last}" if others else last
