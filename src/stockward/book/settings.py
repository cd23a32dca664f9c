"""``site.toml``: what the site decides, checked as a whole; an unknown key is refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from stockward.book.cells.date_forms import EXAMPLES, DateForm
from stockward.book.presets import WORK_PRESETS
from stockward.book.problems import did_you_mean
from stockward.book.rotations import ROTATIONS, rotation_cells
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.files import read_bytes

SETTINGS = "site.toml"
NO_RULE = "none"
"""How a site says that it has no such rule."""
_OVERTIME = frozenset({"max_overtime_hours_per_week", "overtime_price_per_hour"})
"""What has no ``none`` in words: it could be read as no limit, or as no overtime."""
_LONGEST_SHOWN = 60
_MOST_FAULTS = 20
_LARGEST_FILE, _MOST_DOTS = 100_000, 100
"""Bytes of the file, and dots in a line of it."""

Probability = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
ShareOfOne = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SiteSettings(_Part):
    """``[site]``: its name, its clock, its money, its decimal mark, and how its dates are written beside ISO 8601."""

    name: Annotated[str, Field(min_length=1)]
    timezone: str
    currency: str | None = None
    decimal: Literal[".", ","] = "."
    dates: str | None = None

    @field_validator("dates")
    @classmethod
    def _known_form(cls, value: str | None) -> str | None:
        if value is None:
            return None
        form = DateForm.parse(value)
        if form is None:
            meant = _in_letters(value)
            raise ValueError(f"write it with D, M and Y, such as {' or '.join([meant] if meant else EXAMPLES)}")
        return form.text

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
            # Tables convert times by a list of their own; a zone must stand in both.
            pl.Series([datetime(2026, 1, 1, tzinfo=UTC)]).dt.convert_time_zone(value)
        except (ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.PolarsError):
            raise ValueError("no such time zone: write one of the IANA list, such as Asia/Seoul") from None
        return value


class DetectionSettings(_Part):
    """``[detection]``: the two probabilities that the site must state; nothing stands in for them."""

    false_alarm: Annotated[float, Field(ge=1e-6, lt=0.5, allow_inf_nan=False)]
    detection: Probability


class Affiliation(_Part):
    """``[[force.affiliation]]``: the band in which the share of one affiliation must lie, bounds included."""

    name: Annotated[str, Field(min_length=1)]
    share: Annotated[list[ShareOfOne], Field(min_length=2, max_length=2)]

    @field_validator("share")
    @classmethod
    def _in_order(cls, value: list[float]) -> list[float]:
        if value[0] > value[1]:
            raise ValueError("the lower bound stands above the upper one")
        return value


class ForceSettings(_Part):
    """``[force]``: how shifts are cut, and how surely their posts must be filled."""

    weeks_per_year: Annotated[float, Field(gt=0, le=53, allow_inf_nan=False)] = 52
    shift_hours: Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)] = 8
    fill_probability: Probability | None = None
    affiliation: list[Affiliation] = []

    @model_validator(mode="after")
    def _names_differ(self) -> ForceSettings:
        names = [affiliation.name for affiliation in self.affiliation]
        if len(set(names)) < len(names):
            raise ValueError("an affiliation stands twice")
        return self


class WorkRules(_Part):
    """``[work_rules]``: hard limits in every roster and every plan.

    A ``preset`` states the rules of a law, and what the site states wins over it. ``None`` is no limit: either the site
    says ``"none"`` in words, and then the rule is in ``model_fields_set``, or it does not state the rule.
    """

    max_hours_per_week: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] | None = None
    min_rest_hours: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] | None = None
    max_consecutive_shifts: Annotated[int, Field(ge=1)] | None = None
    min_consecutive_shifts: Annotated[int, Field(ge=1)] | None = None
    min_consecutive_days_off: Annotated[int, Field(ge=1)] | None = None
    max_consecutive_nights: Annotated[int, Field(ge=0)] | None = None
    max_nights_per_week: Annotated[int, Field(ge=0)] | None = None
    max_weekends: Annotated[int, Field(ge=0)] | None = None
    max_same_pair: Annotated[int, Field(ge=0)] | None = None
    min_weekly_rest_hours: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] | None = None
    max_average_hours_per_week: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] | None = None
    average_weeks: Annotated[int, Field(ge=1, le=52)] | None = None
    min_rest_hours_on_change: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] | None = None
    max_night_shift_hours: Annotated[float, Field(ge=0, le=24, allow_inf_nan=False)] | None = None
    max_overtime_hours_per_week: Annotated[float, Field(ge=0, le=128, allow_inf_nan=False)] | None = None
    overtime_price_per_hour: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    pattern: str | None = None
    wished_pattern: str | None = None
    preset: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, stated: Any) -> Any:
        """What the site states wins over its preset."""
        preset = WORK_PRESETS.get(str(stated.get("preset"))) if isinstance(stated, dict) else None
        return stated if preset is None else {**preset.values, **stated}

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, value: str | None) -> str | None:
        if value is not None and value not in WORK_PRESETS:
            raise ValueError(f"write one of {', '.join(WORK_PRESETS)}, or leave it out and state each rule")
        return value

    @field_validator("pattern", "wished_pattern")
    @classmethod
    def _known_pattern(cls, value: str | None) -> str | None:
        if value is not None and rotation_cells(value) is None:
            raise ValueError(
                f"write one of {', '.join(ROTATIONS)}, or a letter a day (E early, L late, N night, W any, - off), "
                "such as WWWW----"
            )
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _none_in_words(cls, value: object, about: ValidationInfo) -> object:
        if about.field_name == "preset" or (about.field_name in ("pattern", "wished_pattern") and value != NO_RULE):
            return value
        if isinstance(value, str) and about.field_name in _OVERTIME:
            raise ValueError("write a number without quotes: without a line there is no overtime")
        if isinstance(value, str) and value != NO_RULE:
            raise ValueError(f'write a number without quotes, or "{NO_RULE}" where there is no such rule')
        return None if value == NO_RULE else value


class PlanSettings(_Part):
    """``[plan]``: what an hour of work costs, and what may be spent in a year, in the currency of the site.

    ``posts_filled_by`` is the day by which the posts must be filled, the last month's end on record ahead without it.
    ``interruption`` is the chance with which a thief must be met on any way through the layers, at any hour.
    """

    hour_cost: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    budget: Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)] | None = None
    interruption: Probability | None = None
    posts_filled_by: date | None = None

    @field_validator("posts_filled_by", mode="before")
    @classmethod
    def _a_day(cls, value: object) -> object:
        if value is not None and type(value) is not date:
            raise ValueError("write a day without quotes and without a time, such as 2027-06-30")
        return value


class PatrolSettings(_Part):
    """``[patrol]``: how patrols walk.

    ``step_minutes`` is the grain of time; a theft must take one step at least. ``patrols`` are how many walk together,
    that of the posts without it, where ``guards_each`` make one patrol. ``shift_hours`` is the length of a shift, that
    of the posts without it. ``metres_per_minute`` gives walks between areas with x_m and y_m where no path is stated.
    ``least_visits`` of each target that states none, a shift. ``break_minutes``: each patrol rests so long at its base,
    beginning in the middle half of its shift.
    """

    step_minutes: Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)] = 5
    patrols: Annotated[int, Field(ge=1, le=20)] | None = None
    guards_each: Annotated[int, Field(ge=1, le=100)] = 1
    shift_hours: Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)] | None = None
    metres_per_minute: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] | None = None
    least_visits: Annotated[int, Field(ge=0, le=100)] = 0
    break_minutes: Annotated[float, Field(ge=0, le=240, allow_inf_nan=False)] = 0


class Settings(_Part):
    """The whole of ``site.toml``."""

    format: int
    site: SiteSettings
    detection: DetectionSettings
    force: ForceSettings = ForceSettings()
    work_rules: WorkRules = WorkRules()
    plan: PlanSettings = PlanSettings()
    patrol: PatrolSettings = PatrolSettings()

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: int) -> int:
        if value != 1:
            raise ValueError("only format 1 is known")
        return value


def read_settings(path: Path) -> Settings:
    """Read and check ``site.toml``. Raises ``SiteError`` that lists every fault at once, in one line."""
    if not path.exists() and not path.is_symlink():
        raise SiteError(str(path), "the file is missing", _instead_of(path))
    return settings_in(read_bytes(path), str(path))


def settings_in(content: bytes, file: str) -> Settings:
    """Read and check the text of settings. Raises ``SiteError`` of the file, as ``read_settings`` does."""
    _require_small(file, content)
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SiteError(file, f"byte {error.start} is no UTF-8", "save the file as UTF-8") from None
    except RecursionError:
        deep = f"line {_deepest_line(content)} is nested too deep"
        raise SiteError(file, deep, "write one value there, and no brackets in brackets") from None
    except ValueError as error:
        raise SiteError(file, f"no valid TOML ({error})", _mend_of(error, content)) from None
    return settings_of(document, file)


def _deepest_line(content: bytes) -> int:
    """The line with most brackets, by which one value stands in another."""
    lines = content.splitlines()
    return 1 + max(range(len(lines)), key=lambda line: lines[line].count(b"[") + lines[line].count(b"{"))


def _instead_of(path: Path) -> str:
    """What to do where the file is missing: it may stand there under the longer name that a text editor gave it."""
    alike = [name for name in _names_in(path.parent) if name.lower().startswith(path.stem) and ".toml" in name.lower()]
    if alike:
        return f"rename {alike[0]} to {path.name} (let the file manager show the endings of names first)"
    return "write one, or make a blank site with: stockward init DIR"


def _names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _mend_of(error: Exception, content: bytes) -> str:
    """What to do with a line that is no TOML; a decimal comma is a usual fault, and the parser does not name it."""
    at = re.search(r"\(at line (\d+)", str(error))
    line = content.decode("utf-8-sig").split("\n")[int(at[1]) - 1] if at else ""
    if found := re.fullmatch(r"\s*\w+\s*=\s*(-?\d+),(\d+)\s*(#.*)?", line):
        return f"write {found[1]}.{found[2]}: settings have a decimal point, whatever the tables have"
    return "correct that line"


def settings_of(document: Mapping[str, Any], file: str) -> Settings:
    """Check settings, key by key. Raises ``SiteError`` of the file that lists every fault at once, in one line."""
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        raise SiteError(file, "; ".join(_faults(error)), "correct these settings") from None


def require_site(*, name: str, timezone: str) -> None:
    """Raise ``UsageError`` for a name or time zone that could not be read back out of ``site.toml``."""
    if not name.strip() or not name.isprintable():
        raise UsageError(f"name = {_shown(name)}: it cannot be shown: write one in letters, in one line")
    try:
        SiteSettings(name=name, timezone=timezone)
    except ValidationError as error:
        raise UsageError("; ".join(_faults(error))) from None


def _in_letters(form: str) -> str | None:
    """A form that is written as programs do, ``%d.%m.%Y``, or in German letters, as the settings have it."""
    signs = {"%d": "DD", "%m": "MM", "%b": "MMM", "%Y": "YYYY", "%y": "YY", "T": "D", "J": "Y"}
    for written, letters in signs.items():
        form = form.replace(written, letters)
    return None if (found := DateForm.parse(form)) is None else found.text


def _require_small(file: str, content: bytes) -> None:
    """Raise where the file is longer or deeper than settings are: a key of thousands of parts takes hours to read."""
    if len(content) > _LARGEST_FILE:
        problem = f"it has {len(content)} bytes, and at most {_LARGEST_FILE} are read"
        raise SiteError(file, problem, "leave out what is no setting")
    deep = next((row for row, line in enumerate(content.splitlines(), 1) if line.count(b".") > _MOST_DOTS), None)
    if deep is not None:
        problem = f"line {deep} has more than {_MOST_DOTS} dots, and no setting lies so deep"
        raise SiteError(file, problem, "correct that line")


def _faults(error: ValidationError) -> list[str]:
    """One sentence a fault: where in the file, and what is wrong with the value."""
    details = error.errors()
    more = [f"and {len(details) - _MOST_FAULTS} more"] if len(details) > _MOST_FAULTS else []
    return [
        *(_fault(list(one["loc"]), one["type"], one["msg"], one["input"]) for one in details[:_MOST_FAULTS]),
        *more,
    ]


def _fault(path: list[str | int], kind: str, message: str, value: object) -> str:
    place = ".".join(str(step) for step in path)
    if kind == "extra_forbidden":
        if sections := _sections_of(str(path[-1])):
            return f"{place} is no known setting: it belongs under {' or '.join(sections)}"
        guess = did_you_mean(str(path[-1]), _known_keys(path[:-1]))
        return f"{place} is no known setting" + (f", did you mean {guess}?" if guess else "")
    if kind == "missing":
        return f"{place} is missing"
    return f"{place} = {_shown(value)}: {message.removeprefix('Value error, ')}"


def _shown(value: object) -> str:
    """The value as far as it is worth showing in one line."""
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


_PARTS: dict[str, type[BaseModel]] = {
    "": Settings, "site": SiteSettings, "detection": DetectionSettings, "force": ForceSettings,
    "force.affiliation": Affiliation, "work_rules": WorkRules, "plan": PlanSettings,
    "patrol": PatrolSettings,
}  # fmt: skip


def _known_keys(path: list[str | int]) -> tuple[str, ...]:
    part = _PARTS.get(".".join(step for step in path if isinstance(step, str)))
    return tuple(part.model_fields) if part else ()


def _sections_of(key: str) -> list[str]:
    """The sections, as they are written, to which a setting belongs."""
    written = {"": "no section, at the top", "force.affiliation": "[[force.affiliation]]"}
    return [written.get(name, f"[{name}]") for name, part in _PARTS.items() if key in part.model_fields]
