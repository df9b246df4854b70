"""The messages between a web process and a media process, over one stream of length-prefixed JSON.

A web process calls, with a grant. The media process answers each call, and tells every connected web process what
happens.
"""

import asyncio
from typing import Literal, TypeVar

import msgspec

from rooms.errors import MessageRefused
from rooms.offers import OFFER_LIMIT_BYTES
from rooms.topics.keeping import Trouble

FRAME_LIMIT_BYTES = 2 * OFFER_LIMIT_BYTES + 65_536
"""The largest frame: it takes the largest offer or answer, in JSON, where each character may need two bytes."""
LENGTH_BYTES = 4
T = TypeVar("T")
SLOTS = 8
"""The most publishers backstage at once: six speakers, an interpreter and the chair.

Each publishes in a slot of their own, and everybody receives every slot.
"""

Refusal = Literal[
    "no-h264", "bad-offer", "too-large", "only-media", "too-many", "taken", "full", "unknown", "busy", "bad-call"
]
"""The reasons for refusing a call, in this order: the media process speaks H.264 and Opus only; the offer cannot be
read; it, or its answer, is over the bounds of `rooms.offers`; it asks for a data channel; there were too many offers;
another connection publishes as this source; every slot is taken; there is no such connection; the programme cannot be
written; the call itself cannot be read or carried out."""


class Call(msgspec.Struct, tag_field="type", frozen=True, forbid_unknown_fields=True):
    """A request of a web process."""


class Publish(Call, tag="publish", frozen=True):
    """Receive this offer's media as `source`, in the stage's `slot`. Answered by `Described`.

    `person` sends it: a person's id, or a name for the stage's encoder. Offers are counted by it.
    """

    stage: str
    source: str
    person: str
    slot: int
    offer: str


class Watch(Call, tag="watch", frozen=True):
    """Send the stage's sources to this offer's receivers: one pair of sound and picture for each slot.

    An offer with a single pair gets what is on air. `slot` is the watcher's own, which is not sent back to it.
    Offers and connections are counted by `person`, the watcher's id.
    """

    stage: str
    watcher: str
    person: str
    slot: int | None
    offer: str


class Leave(Call, tag="leave", frozen=True):
    """End a publishing or a watching connection."""

    stage: str
    connection: str


class Direct(Call, tag="direct", frozen=True):
    """Direct a stage: the call says everything that it sends out from now on. Saying it twice changes nothing.

    `programme` is the directory, below the media directory, that the programme is written to. A programme that is no
    longer named is ended. `signing` is the interpreter, whose picture is recorded beside the programme and never taken.
    With `in_parts` a programme that begins is sent out in parts of segments, for players close to the live edge.
    """

    stage: str
    programme: str | None
    taken: str | None
    on_air: list[str]
    follows_voice: bool
    signing: str | None = None
    in_parts: bool = False


class ListConnections(Call, tag="list", frozen=True):
    """State every connection of every stage. Answered by `Connected`."""


AnyCall = Publish | Watch | Leave | Direct | ListConnections


class Said(msgspec.Struct, tag_field="type", frozen=True, forbid_unknown_fields=True):
    """A statement of the media process."""


class Described(Said, tag="described", frozen=True):
    """The media process's side of the connection, as an SDP answer."""

    answer: str


class Connected(Said, tag="connected", frozen=True):
    """Every connection that publishes or watches, as pairs of stage and connection."""

    connections: list[tuple[str, str]]


class Done(Said, tag="done", frozen=True):
    """The call is carried out."""


class MediaDenied(Said, tag="refused", frozen=True):
    """The call is not carried out, for this reason."""

    reason: Refusal


class Arrived(Said, tag="arrived", frozen=True):
    """The first media of a source has arrived."""

    stage: str
    source: str


class SourceGone(Said, tag="gone", frozen=True):
    """No media of a source arrives any more."""

    stage: str
    source: str


class Took(Said, tag="took", frozen=True):
    """The picture, which follows the voice, went over to this source."""

    stage: str
    source: str


class ProgrammeProgress(Said, tag="progress", frozen=True):
    """The progress of a programme: the time up to which it is on the disk, seconds since 1970, and its troubles now."""

    stage: str
    programme: str
    safe_up_to_s: float | None
    troubles: list[Trouble]


class SourcesPresent(Said, tag="present", frozen=True):
    """Every source that is here, as pairs of stage and source: the first statement to a web process that connects.

    `since_s` is the start of the media process, seconds since 1970: a source that came later may still be on its way.
    """

    sources: list[tuple[str, str]]
    since_s: float


Answer = Described | Connected | Done | MediaDenied
News = SourcesPresent | Arrived | SourceGone | Took | ProgrammeProgress
AnySaid = Answer | News


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call on its way: `n` counts within the connection; `grant` signs the call's own bytes."""

    n: int
    grant: str
    call: msgspec.Raw


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement on its way, with the number of the call that it answers, if it answers one."""

    n: int | None
    said: AnySaid


encode = msgspec.json.encode
raw = msgspec.Raw
"""Bytes that are JSON already."""
_calls: msgspec.json.Decoder[AnyCall] = msgspec.json.Decoder(AnyCall)
_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_replies: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


def decode_call(content: bytes | msgspec.Raw) -> AnyCall:
    """Read a call. Raises MessageRefused."""
    return _decode(_calls, content)


def decode_request(content: bytes) -> Request:
    """Read a request. Raises MessageRefused."""
    return _decode(_requests, content)


def decode_reply(content: bytes) -> Reply:
    """Read a reply. Raises MessageRefused."""
    return _decode(_replies, content)


def _decode(decoder: msgspec.json.Decoder[T], content: bytes | msgspec.Raw) -> T:
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MessageRefused(str(error)) from error


def frame(content: bytes) -> bytes:
    """Put the length before a frame's content."""
    return len(content).to_bytes(LENGTH_BYTES) + content


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """Read the next frame's content. Raises IncompleteReadError at the end.

    Raises MessageRefused for a frame that is too large, after its end was found: the next one can be read.
    """
    length = int.from_bytes(await reader.readexactly(LENGTH_BYTES))
    if length <= FRAME_LIMIT_BYTES:
        return await reader.readexactly(length)
    left = length
    while left:
        left -= len(await reader.readexactly(min(left, FRAME_LIMIT_BYTES)))
    raise MessageRefused(f"a frame of {length} bytes")
