"""Reads wall time in a zone as a time in UTC. Pure: the zones' rules, no rows.

Twice a year a wall clock skips an hour or shows it twice. Both readings are then offered, each named by its offset
from UTC (PEP 495 calls them fold 0 and fold 1).
"""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

WALL = "%Y-%m-%dT%H:%M"
"""The form in which wall time is stored, and sent by `<input type="datetime-local">`: ISO 8601, no offset."""


class Reading(NamedTuple):
    """One meaning of a wall clock's time."""

    wall: datetime
    """The wall clock's time, naive."""
    at: datetime
    """The same time in UTC."""
    offset: str
    """±HH:MM from UTC, which names the reading."""
    name: str
    """The zone's abbreviation then: GMT, BST."""


class TwoReadings(ValueError):
    """A wall time that comes twice, or never; `readings` are the earlier and the later time that it can mean."""

    def __init__(self, wall: datetime, readings: tuple[Reading, Reading]) -> None:
        super().__init__(f"{wall:%H:%M} can be read in two ways")
        self.wall, self.readings = wall, readings

    @property
    def skipped(self) -> bool:
        """True when the hour does not exist: both readings then show another time."""
        return all(reading.wall != self.wall for reading in self.readings)


def read_wall(wall: datetime, zone: ZoneInfo, offset: str = "") -> Reading:
    """The one reading of a naive wall time; `offset` chooses where there are two. Raises TwoReadings."""
    readings = sorted({_reading(wall, zone, fold) for fold in (0, 1)}, key=lambda reading: reading.at)
    chosen = [reading for reading in readings if len(readings) == 1 or reading.offset == offset]
    if not chosen:
        raise TwoReadings(wall, (readings[0], readings[1]))
    return chosen[0]


def _reading(wall: datetime, zone: ZoneInfo, fold: int) -> Reading:
    at = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    return reading_at(at, zone)


def reading_at(at: datetime, zone: ZoneInfo) -> Reading:
    """The wall clock's time in a zone at a time in UTC, with its offset."""
    local = at.astimezone(zone)
    return Reading(local.replace(tzinfo=None, fold=0), at, offset_text(local.utcoffset() or timedelta()), f"{local:%Z}")


def local_date(at: datetime, zone: str) -> date:
    """The day that a calendar on the wall of an IANA zone shows at a moment."""
    return at.astimezone(ZoneInfo(zone)).date()


def offset_text(offset: timedelta) -> str:
    """+01:00 for an hour ahead of UTC."""
    sign, minutes = "-" if offset < timedelta() else "+", abs(offset) // timedelta(minutes=1)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


def zones() -> list[str]:
    """The names of the IANA zones that an event may choose: continents and UTC, no legacy aliases."""
    continents = (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
    return sorted(name for name in available_timezones() if name == "UTC" or name.startswith(continents))
