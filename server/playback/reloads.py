"""Blocking reloads: a playlist or part that is asked for before it exists is waited for (RFC 8216bis, 6.2.5.2)."""

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
"""Finds what a session sends out, as of this time of the clock or later; None: about now."""


class Wanted(NamedTuple):
    """The segment, counted from zero, or the part of it that a playlist must have."""

    segment: int
    part: int | None


def wanted_by(query: Mapping[str, str]) -> Wanted | None:
    """The segment or part that a player waits for; None: it takes the playlist as it is. Raises Incomplete."""
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
    since_s: float | None = None,
) -> Airing | None:
    """Wait until `is_there` holds for the programme, or for the interpreter's picture; what is sent out then.

    None: nothing is sent out any more. Raises NotInTime, and Incomplete when it is too far ahead to wait for.
    """
    noticed_s, airing = 0.0, await find(since_s)
    try:
        async with asyncio.timeout(WAITS_S):
            while airing and (side := airing.side(is_signed=is_signed)) and not is_there(side.source):
                noticed_s = await lookout.change(side.directory, noticed_s)
                airing = await find(noticed_s)
    except TimeoutError as error:
        raise NotInTime("Nothing new has come yet. Please ask again.") from error
    except TooFarAhead as error:
        raise Incomplete("That is too far ahead to wait for.") from error
    return airing
