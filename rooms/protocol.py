"""The one spelling of every message on `/live`: its JSON shape and its limits. Knows nothing of their effects.

Commands come from browsers, and their unknown fields are ignored: an old server understands a new page.
Notices go to browsers, and an undeclared field cannot be sent. `PROTOCOL.md` is the prose.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, Literal, get_args

import msgspec

from rooms.errors import MessageRefused

FRAME_LIMIT_BYTES = 4096
"""The size of the largest command."""
ROOMS_LIMIT = 40
"""The most rooms that one connection may be in."""

Emoji = Literal["clap", "love", "agree", "laugh", "wow", "idea"]
EMOJI: tuple[Emoji, ...] = get_args(Emoji)
SIGNS: dict[Emoji, str] = {"clap": "👏", "love": "❤️", "agree": "👍", "laugh": "😂", "wow": "😮", "idea": "💡"}
"""The character of each emoji."""

Reason = Literal["busy", "credit", "not-live", "too-late", "no-such-session", "forbidden"]
"""The reasons for refusing a reaction, which `PROTOCOL.md` explains."""
REASONS: tuple[Reason, ...] = get_args(Reason)

Denial = Literal["no-such-room", "forbidden", "unavailable"]
"""The reasons for keeping somebody out of a room."""

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
RoomName = Annotated[str, msgspec.Meta(pattern=f"^(?:event|session|stage|table):{_UUID}\\Z", max_length=60)]
SessionId = Annotated[str, msgspec.Meta(pattern=f"^{_UUID}\\Z", max_length=36)]
Sender = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}\\Z", max_length=16)]
"""64 random bits made at each page load, in hexadecimal."""
Count = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_000)]
"""Epoch milliseconds, up to the year 9999."""


class Audience(StrEnum):
    """The group in which somebody listens. A topic names its audiences and is encoded once for each."""

    DELEGATES = "delegates"
    SEATED = "seated"
    """The people who sit at the table, and its host."""
    HELP_DESK = "help desk"
    """The people who open the console without reading any ledger. They are at work: the headcount leaves them out."""
    CREW = "crew"
    """The people who read the ledger."""


class Close(IntEnum):
    """The close codes of the server. 4000 to 4499: come back, with jitter. 4500 to 4999: do not."""

    FELL_BEHIND = 4001
    ROOM_FAILED = 4002
    FLOOD = 4003
    TOO_MANY = 4004
    BAD_MESSAGE = 4500
    TOO_LARGE = 4501
    SIGNED_OUT = 4502


class Command(msgspec.Struct, tag_field="type", frozen=True):
    """A request of a browser."""


class Hello(Command, tag="hello", frozen=True):
    """The list of all rooms that a page is in: a room that is not named is left.

    A page may also observe rooms: it receives their state, and its person is not counted in them.
    """

    rooms: Annotated[list[RoomName], msgspec.Meta(max_length=ROOMS_LIMIT)]
    observed: Annotated[list[RoomName], msgspec.Meta(max_length=ROOMS_LIMIT)] = []


class ReactionSend(Command, tag="reaction.send", frozen=True):
    """One reaction. `at` is its media time or null: the moment of the programme that was seen, epoch milliseconds."""

    session: SessionId
    sender: Sender
    n: Count
    emoji: Emoji
    at: Milliseconds | None = None


class Playing(Command, tag="playing", frozen=True):
    """The session's picture or sound plays on this page, or has stopped."""

    room: RoomName
    playing: bool


class Notice(msgspec.Struct, tag_field="type", forbid_unknown_fields=True, frozen=True):
    """A statement of the server."""


class Welcome(Notice, tag="welcome", frozen=True):
    """The person is in the room; `topics` is everything that they may see in it."""

    room: str
    epoch: str
    seq: int
    topics: dict[str, msgspec.Raw]


class Changed(Notice, tag="changed", frozen=True):
    """The whole new state of the topics that changed. `seq` grows within an epoch."""

    room: str
    epoch: str
    seq: int
    topics: dict[str, msgspec.Raw]


class Taken(Notice, tag="taken", frozen=True):
    """The reaction is stored and counted."""

    sender: str
    n: int


class Refused(Notice, tag="refused", frozen=True):
    """The reaction is not counted, now or later."""

    sender: str
    n: int
    reason: Reason


class Denied(Notice, tag="denied", frozen=True):
    """The person is not in the room, or no longer."""

    room: str
    reason: Denial


AnyCommand = Hello | ReactionSend | Playing
AnyNotice = Welcome | Changed | Taken | Refused | Denied

_commands: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_notices: msgspec.json.Decoder[AnyNotice] = msgspec.json.Decoder(AnyNotice)
encoder = msgspec.json.Encoder()


def decode_command(frame: str | bytes) -> AnyCommand:
    """Read a command. Raises MessageRefused, which says what does not fit."""
    try:
        return _commands.decode(frame)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MessageRefused(str(error)) from error


def decode_notice(frame: str | bytes) -> AnyNotice:
    """Read a notice. Raises MessageRefused, also for a field that is not declared."""
    try:
        return _notices.decode(frame)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MessageRefused(str(error)) from error


def encode(message: Command | Notice) -> bytes:
    """Write a message as UTF-8 JSON, the content of a text frame."""
    return encoder.encode(message)
