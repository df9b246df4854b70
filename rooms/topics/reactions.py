"""The reactions to a session: the totals that everybody sees, and the ledger that the crew sees."""

import msgspec

from rooms.protocol import EMOJI, Emoji, Reason
from rooms.reactions import Count
from rooms.topics.topic import LiveState


class Totals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `reactions` of a session's room: how many of each emoji are stored."""

    totals: dict[Emoji, int]
    paused: bool = False
    """True while the database does not answer: reactions wait and are not yet counted."""


class Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `ledger` of a session's room, for the crew. tapped = accepted + the sum of refused."""

    tapped: int
    accepted: int
    refused: dict[Reason, int]
    dropped: int
    """Frames past the hard limit, which were never reactions."""


def totals(room: LiveState) -> Totals:
    return totals_of(room.count, paused=room.paused)


def ledger(room: LiveState) -> Ledger:
    return ledger_of(room.count)


def totals_of(count: Count, *, paused: bool = False) -> Totals:
    """Add both waves together and name every emoji."""
    waves = count.accepted.values()
    return Totals({emoji: sum(wave.get(emoji, 0) for wave in waves) for emoji in EMOJI}, paused)


def ledger_of(count: Count) -> Ledger:
    """Balance the reactions that were tapped: accepted, and refused by reason."""
    accepted = sum(sum(wave.values()) for wave in count.accepted.values())
    refused = dict(sorted(count.refused.items()))
    return Ledger(accepted + sum(refused.values()), accepted, refused, count.dropped)
