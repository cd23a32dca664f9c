"""Rules of work by the law of some places, each with the article that says it: a site names one, and may state more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PresetRule:
    """One rule of a preset: its key in ``[work_rules]``, its value or ``none``, and where the law says it."""

    key: str
    value: float | str
    source: str


@dataclass(frozen=True, slots=True)
class WorkPreset:
    """The rules of a law."""

    title: str
    rules: tuple[PresetRule, ...]

    @property
    def values(self) -> dict[str, float | str]:
        """The rules as a site would state them."""
        return {rule.key: rule.value for rule in self.rules}


_AVERAGE, _WEEKS, _NIGHT = "max_average_hours_per_week", "average_weeks", "max_night_shift_hours"
_REST, _WEEKLY, _WEEK = "min_rest_hours", "min_weekly_rest_hours", "max_hours_per_week"

WORK_PRESETS = {
    "eu-2003-88": WorkPreset(
        "Directive 2003/88/EC",
        (
            PresetRule(_REST, 11, "Article 3"),
            PresetRule(_WEEKLY, 35, "Article 5: 24 hours and the 11 of Article 3 in each seven days"),
            PresetRule(_AVERAGE, 48, "Article 6"),
            PresetRule(_WEEKS, 17, "Article 16: four months"),
            PresetRule(_WEEK, "none", "Article 6 limits the average alone"),
            PresetRule(_NIGHT, 8, "Article 8: night work with special hazards or heavy strain"),
        ),
    ),
    "uk-wtr-1998": WorkPreset(
        "Working Time Regulations 1998",
        (
            PresetRule(_REST, 11, "regulation 10"),
            PresetRule(_WEEKLY, 35, "regulation 11: 24 hours beside the 11 of regulation 10 in each seven days"),
            PresetRule(_AVERAGE, 48, "regulation 4"),
            PresetRule(_WEEKS, 17, "regulation 4"),
            PresetRule(_WEEK, "none", "regulation 4 limits the average alone"),
            PresetRule(_NIGHT, 8, "regulation 6: night work with special hazards or heavy strain"),
        ),
    ),
    "de-arbzg": WorkPreset(
        "Arbeitszeitgesetz",
        (
            PresetRule(_REST, 11, "section 5"),
            PresetRule(_WEEKLY, 35, "section 11: a day of rest and the 11 hours of section 5"),
            PresetRule(_AVERAGE, 48, "section 3: eight hours on each of six days"),
            PresetRule(_WEEKS, 24, "section 3"),
            PresetRule(_WEEK, 60, "section 3: ten hours on each of six days"),
            PresetRule(_NIGHT, 10, "section 6"),
        ),
    ),
}
"""By name; where an average is taken over months, over the whole weeks in them."""
