"""The shift of one night by the clock of its site: when it really begins and ends, and what the clock shows then.

A shift ends when the clock says so, and its walks take real minutes. On a night whose clocks change the two differ: in
spring the shift is over before its walks are, in autumn the walks are over before the shift is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
_HAIR = 0.01


@dataclass(frozen=True, slots=True)
class NightShift:
    """A shift that begins on a day: ``begin`` and ``end`` in UTC, ``planned`` the minutes of its walks."""

    begin: datetime
    end: datetime
    planned: float
    zone: ZoneInfo

    @classmethod
    def of(cls, day: date, start: int, minutes: float, zone: ZoneInfo) -> NightShift:
        """The shift that begins so many minutes after 00:00 of a day and lasts ``minutes`` by the clock."""
        return cls(_moment(day, start, zone), _moment(day, start + minutes, zone), minutes, zone)

    @property
    def minutes(self) -> float:
        """Real minutes from its begin to its end; none where the clocks skip all of it."""
        return max((self.end - self.begin) / _MINUTE, 0.0)

    @property
    def changes(self) -> bool:
        """Whether the clocks change in it."""
        other_offset = self.local(0.0).utcoffset() != self.local(self.minutes).utcoffset()
        return other_offset or abs(self.minutes - self.planned) > _HAIR

    def local(self, passed: float) -> datetime:
        """What the clock shows so many real minutes after the begin."""
        return (self.begin + passed * _MINUTE).astimezone(self.zone)

    def text(self, passed: float) -> str:
        """The same as text, with the offset from UTC where the clocks change in this shift."""
        shown = self.local(passed).isoformat(timespec="minutes").partition("T")[2]
        return f"{shown[:5]} {shown[5:]}" if self.changes else shown[:5]

    def passed_at(self, moment: datetime) -> float | None:
        """Real minutes from the begin to a moment; ``None`` for one that is not in this shift."""
        return (moment - self.begin) / _MINUTE if self.begin <= moment < self.end else None


def _moment(day: date, minutes: float, zone: ZoneInfo) -> datetime:
    """So many minutes by the clock after 00:00 of a day; of an hour that comes twice the first."""
    local = datetime.combine(day, time(), zone) + minutes * _MINUTE
    return local.astimezone(UTC)
