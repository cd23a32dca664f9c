"""How a site writes its dates, such as ``DD.MM.YYYY``: declared once, read everywhere beside ISO 8601."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import polars as pl

from stockward.book.cells.other_dates import MONTHS_BY_NAME

EXAMPLES = ("DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY")
_LIKELY = (
    *EXAMPLES, "DD-MM-YYYY", "MM-DD-YYYY", "YYYY/MM/DD", "YYYY.MM.DD", "DD.MM.YY", "DD/MM/YY", "MM/DD/YY", "DD-MM-YY",
    "DD-MMM-YYYY", "DD MMM YYYY", "DD-MMM-YY",
)  # fmt: skip
"""Ways that a table may be written in. Nobody who puts the month first writes points between."""

_FORM = re.compile(r"(?P<one>[DMY]+)(?P<sign>[-./ ])(?P<two>[DMY]+)(?P=sign)(?P<three>[DMY]+)")
_PARTS = {
    "D": ("day", "[0-9]{1,2}"), "DD": ("day", "[0-9]{1,2}"), "M": ("month", "[0-9]{1,2}"),
    "MM": ("month", "[0-9]{1,2}"), "MMM": ("month", r"\p{L}{3,}\.?"), "YY": ("year", "[0-9]{2}"),
    "YYYY": ("year", "[0-9]{4}"),
}  # fmt: skip
_CLOCK = (
    r"(?:(?:T|,?\s+)(?P<hours>[0-9]{1,2}):(?P<past>[0-9]{2})(?P<seconds>:[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"\s*(?P<half>(?i:[ap]\.?m\.?))?\s*(?P<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_CENTURY = "20"
"""Of years that are written with two figures."""


@dataclass(frozen=True, slots=True)
class DateForm:
    """A way to write dates: its text, such as ``DD.MM.YYYY``, and the pattern of what is written so."""

    text: str
    pattern: str

    @classmethod
    def parse(cls, text: str) -> DateForm | None:
        """Read a form out of the letters D, M and Y; ``None`` for what is none.

        >>> DateForm.parse("dd/mm/yyyy").text
        'DD/MM/YYYY'
        """
        found = _FORM.fullmatch(text.strip().upper())
        parts = [_PARTS.get(found[name]) for name in ("one", "two", "three")] if found else []
        if found is None or sorted(part[0] for part in parts if part) != ["day", "month", "year"]:
            return None
        between = f"[{found['sign']}]"
        shapes = [f"(?P<{part[0]}>{part[1]})" for part in parts if part]
        return cls(found[0], f"^{between.join(shapes)}{_CLOCK}$")

    def as_iso(self, text: pl.Series) -> pl.Series:
        """Texts that are written so as ISO 8601, whether or not there is such a day; the others as they are."""
        parts = text.str.extract_groups(self.pattern).struct.unnest()
        if parts["day"].null_count() == len(parts):
            return text
        few = parts["month"].drop_nulls().unique()
        months = {one: one if one.isdigit() else str(MONTHS_BY_NAME.get(one.casefold()[:3], 0)) for one in few}
        year, day, month = pl.col("year"), pl.col("day"), pl.col("month").replace_strict(months, default=None)
        whole = pl.when(year.str.len_chars() == len("26")).then(_CENTURY + year).otherwise(year)
        iso = pl.concat_str(whole, month.str.zfill(2), day.str.zfill(2), separator="-")
        clock = pl.concat_str(
            pl.lit("T"), _hours(), pl.lit(":"), "past", pl.col("seconds").fill_null(""), pl.col("offset").fill_null("")
        )
        written = parts.select(iso + clock.fill_null("")).to_series()
        return pl.select(pl.coalesce(written, text).alias(text.name)).to_series()


def _hours() -> pl.Expr:
    """Hours of the whole day; null where half a day has no such hour."""
    hours, half = pl.col("hours").cast(pl.Int32), pl.col("half").str.to_lowercase().str.head(1)
    whole = pl.when(half == "p").then(hours % 12 + 12).otherwise(hours % 12)
    of_half = pl.when(hours.is_between(1, 12)).then(whole).otherwise(99)
    return pl.when(half.is_null()).then(hours).otherwise(of_half).cast(pl.String).str.zfill(2)


def forms_that_fit(texts: pl.Series) -> tuple[str, ...]:
    """The likely ways in which all texts are days that one of them reads as a day; none where no text is one."""
    days = pl.DataFrame({form: days_read(texts, form) for form in _LIKELY}).fill_null(False)
    some = days.filter(pl.any_horizontal(pl.all()))
    return tuple(form for form in _LIKELY if some.height and some[form].all())


def days_read(texts: pl.Series, form: str) -> pl.Series:
    """Whether each text is a day of the calendar as a form reads it."""
    read = _known(form).as_iso(texts)
    return (read != texts) & read.str.head(len("2026-06-30")).str.to_date("%Y-%m-%d", strict=False).is_not_null()


@cache
def _known(form: str) -> DateForm:
    found = DateForm.parse(form)
    assert found is not None, form
    return found
