"""Days of the week as people write them: in words or short, in several languages, one by one or as ranges."""

from __future__ import annotations

import re

import polars as pl

from stockward.book.cells.reading import Locale, Reading
from stockward.book.schema.dictionary import Column
from stockward.terms.spelling import folded

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LANGUAGES = tuple(
    tuple(tuple(map(folded, names.split())) for names in language.split(","))
    for language in (
        "mo mon monday mondays, tu tue tues tuesday tuesdays, we wed weds wednesday wednesdays, "
        "th thu thur thurs thursday thursdays, fr fri friday fridays, sa sat saturday saturdays, su sun sunday sundays",
        "mo montag montags, di dienstag dienstags, mi mittwoch mittwochs, do donnerstag donnerstags, "
        "fr freitag freitags, sa samstag samstags sonnabend, so sonntag sonntags",
        "lu lun lundi, ma mar mardi, me mer mercredi, je jeu jeudi, ve ven vendredi, sa sam samedi, di dim dimanche",
        "lu lun lunes, ma mar martes, mi mie miercoles, ju jue jueves, vi vie viernes, sa sab sabado, do dom domingo",
        "lu lun lunedi, ma mar martedi, me mer mercoledi, gi gio giovedi, ve ven venerdi, sa sab sabato, "
        "do dom domenica",
        "seg segunda, ter terca, qua quarta, qui quinta, sex sexta, sab sabado, dom domingo",
        "ma maandag, di dinsdag, wo woensdag, do donderdag, vr vrijdag, za zaterdag, zo zondag",
        "pn pon poniedziałek, wt wtorek, sr sroda, cz czw czwartek, pt piatek, so sob sobota, nd niedz niedziela",
        "пн понедельник, вт вторник, ср среда, чт четверг, пт пятница, сб суббота, вс воскресенье",
        "pzt pazartesi, sal salı sali, car carsamba, per persembe, cum cuma, cmt cumartesi, paz pazar",
        "월 월요일, 화 화요일, 수 수요일, 목 목요일, 금 금요일, 토 토요일, 일 일요일",
    )
)
"""Names of the days from Monday to Sunday, language by language; what differs between two is no guess."""

_DAILY = (
    "daily", "everyday", "every day", "each day", "all days", "all week", "all", "7 days", "täglich", "jeden tag",
    "alle tage", "quotidien", "quotidiennement", "tous les jours", "diario", "diariamente", "todos los días",
    "ogni giorno", "todos os dias", "dagelijks", "codziennie", "ежедневно", "каждый день", "her gün", "매일",
)  # fmt: skip
_OTHER_DAYS_ELSEWHERE = {
    "mon-fri": (
        "weekdays", "weekday", "working days", "workdays", "business days", "werktags", "wochentags", "arbeitstage",
        "jours ouvrables", "jours ouvrés", "días laborables", "días hábiles", "будни", "평일", "hafta içi",
        "dni robocze",
    ),
    "sat-sun": ("weekend", "weekends", "wochenende", "week-end", "fin de semana", "выходные", "주말", "hafta sonu"),
}  # fmt: skip
"""Words that mean other days in other countries, and what may be meant."""

_TO = r"\s*[-–—~〜]\s*|\s(?:to|through|thru|till|until|bis|à|au|a|al|tot|по|до)\s"
_AND = r"[\s,;/+&、，]+(?:(?:and|und|et|y|e|i|и)\s+)?"
_EXAMPLE = "write daily, or days such as: mon tue wed thu fri"
_MOST_READ = 1000


def read_days(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Days of the week: ``daily``, a list such as ``mon tue``, ranges such as ``Mon-Fri``; also ``Mo bis Fr``."""
    plain = _split(text.str.replace("^daily$", " ".join(_WEEKDAYS)))
    unknown = plain.list.eval(~pl.element().is_in(list(_WEEKDAYS))).list.any()
    if not unknown.any():
        return Reading.of(plain)
    others = text.filter(unknown.fill_null(False)).unique().head(_MOST_READ)
    read = {one: _days_meant(one) for one in others}
    meant = {one: " ".join(days) for one, days in read.items() if isinstance(days, tuple)}
    said = {one: reason for one, reason in read.items() if isinstance(reason, str)}
    values = _split(text.replace_strict(meant, default=text, return_dtype=pl.String))
    left = unknown & ~text.is_in(list(meant))
    return Reading.of(values).refuse(left, text.replace_strict(said, default=_EXAMPLE, return_dtype=pl.String))


def _split(text: pl.Series) -> pl.Series:
    return text.str.replace("^daily$", " ".join(_WEEKDAYS)).str.replace_all(r"\s+", " ").str.split(" ")


def _days_meant(text: str) -> tuple[str, ...] | str:
    """The days that a text means in every language in which it means any, or the reason why it is not read."""
    said = folded(text)
    if said in set(map(folded, _DAILY)):
        return _WEEKDAYS
    for usual, words in _OTHER_DAYS_ELSEWHERE.items():
        if said in set(map(folded, words)):
            return f"these are other days in other countries: write the days themselves, such as {usual}"
    ways = {days for language in range(len(_LANGUAGES)) if (days := _days_in(text, language)) is not None}
    if len(ways) > 1:
        return f"it may be {' or '.join(sorted(' '.join(way) for way in ways))}: write the one that is meant"
    return ways.pop() if ways else _EXAMPLE


def _days_in(text: str, language: int) -> tuple[str, ...] | None:
    """The days of a text in one language, in the order of the week; ``None`` where it is none of it."""
    found: set[int] = set()
    ranged = re.sub(_TO, "-", text.strip().casefold())
    for part in re.split(_AND, ranged):
        begin, to, end = part.partition("-")
        first, last = _weekday(begin, language), _weekday(end if to else begin, language)
        if first is None or last is None or (to and first == last):
            return None
        found.update((first + step) % len(_WEEKDAYS) for step in range((last - first) % len(_WEEKDAYS) + 1))
    return tuple(_WEEKDAYS[day] for day in sorted(found)) or None


def _weekday(name: str, language: int) -> int | None:
    word = folded(name)
    names = _LANGUAGES[language]
    return next((day for day, of_day in enumerate(names) if word in of_day), None)
