"""Playlists and parts that are asked for before they are there: the answer waits for them (RFC 8216bis, 6.2.5.2)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from rooms.errors import TooFarAhead
from rooms.playback.recording import TARGET_S
from server.playback.airings import Airing
from server.playback.lookout import Lookout
from server.playback.signed import SignedSource
from server.web.errors import Incomplete, NotInTime

SEGMENT, PART = "_HLS_msn", "_HLS_part"
WAITS_S = 3 * TARGET_S
MOST_DIGITS = 9

Find = Callable[[float | None], Awaitable[Airing | None]]
"""What a session sends out at a moment of the clock or later; None: about now."""


class Wanted(NamedTuple):
    """The segment that a playlist must have, counted from zero, or the part of it."""

    segment: int
    part: int | None


def wanted_by(query: Mapping[str, str]) -> Wanted | None:
    """What a player wants to wait for; None: it takes what there is. Raises Incomplete."""
    values = {name: query[name] for name in (SEGMENT, PART) if name in query}
    if not values:
        return None
    if SEGMENT not in values:
        raise Incomplete(f"{PART} says nothing without {SEGMENT}.")
    if not all(value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS for value in values.values()):
        raise Incomplete(f"{SEGMENT} and {PART} are whole numbers.")
    return Wanted(int(values[SEGMENT]), int(values[PART]) if PART in values else None)


async def until(
    lookout: Lookout,
    find: Find,
    is_there: Callable[[SignedSource], bool],
    *,
    is_signed: bool = False,
    since: float | None = None,
) -> Airing | None:
    """What is sent out once this is there, as the programme or beside it; None when nothing is any more.

    Raises NotInTime, and Incomplete when it is too far ahead to wait for.
    """
    noticed, airing = 0.0, await find(since)
    try:
        async with asyncio.timeout(WAITS_S):
            while airing and (side := airing.side(is_signed=is_signed)) and not is_there(side.source):
                noticed = await lookout.change(side.directory, noticed)
                airing = await find(noticed)
    except TimeoutError as error:
        raise NotInTime("Nothing new has come yet. Please ask again.") from error
    except TooFarAhead as error:
        raise Incomplete("That is too far ahead to wait for.") from error
    return airing
