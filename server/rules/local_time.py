"""Wall time and a zone to a moment in UTC. Pure: it knows the zones' rules and no rows.

Twice a year a wall clock shows an hour that is not there, or the same hour twice. Nobody is asked to guess:
both readings are offered, each named by its offset from UTC (PEP 495 calls them fold 0 and fold 1).
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

WALL = "%Y-%m-%dT%H:%M"
"""How wall time is stored and sent by `<input type="datetime-local">`: ISO 8601 to the minute, no offset."""


class Reading(NamedTuple):
    """One meaning of what a wall clock shows."""

    wall: datetime
    """Naive: what the clock shows at that moment."""
    at: datetime
    """The moment, UTC."""
    offset: str
    """±HH:MM from UTC, which names the reading."""
    name: str
    """The zone's abbreviation then: GMT, BST."""


class TwoReadings(ValueError):
    """The wall clock shows this hour twice, or never; `readings` are the earlier and the later moment it can mean."""

    def __init__(self, wall: datetime, readings: tuple[Reading, Reading]) -> None:
        super().__init__(f"{wall:%H:%M} can be read in two ways")
        self.wall, self.readings = wall, readings

    @property
    def skipped(self) -> bool:
        """The hour does not exist: each reading shows another time."""
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
    """What a wall clock in the zone shows at a moment, and by which offset."""
    local = at.astimezone(zone)
    return Reading(local.replace(tzinfo=None, fold=0), at, offset_text(local.utcoffset() or timedelta()), f"{local:%Z}")


def offset_text(offset: timedelta) -> str:
    """+01:00 for an hour ahead of UTC."""
    sign, minutes = "-" if offset < timedelta() else "+", abs(offset) // timedelta(minutes=1)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


def zones() -> list[str]:
    """The IANA zones an event may be in, by name: continents and UTC, without the legacy aliases."""
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
