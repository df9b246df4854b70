"""Every error of the live rooms, each with the stable code that crosses the wire."""

from typing import ClassVar, Literal


class RoomError(Exception):
    """The root of what can go wrong in a room. `code` is stable: clients and tests match it, not the text."""

    code: ClassVar[str] = "error"


class MessageRefused(RoomError):
    """What came over the wire is not a command of the protocol: not JSON, or a field that does not fit."""

    code = "bad-message"


class Unavailable(RoomError):
    """The store does not answer now. What was asked for can be asked again."""

    code: ClassVar[Literal["unavailable"]] = "unavailable"


class UnknownRoom(RoomError):
    """There is no such event, session or table."""

    code: ClassVar[Literal["no-such-room"]] = "no-such-room"


class NoSuchSegment(RoomError):
    """A film has no rendition or segment of that name."""

    code = "no-such-segment"


class NotYet(RoomError):
    """A segment of a film whose simulive time has not come."""

    code = "not-yet"


class TooFarAhead(RoomError):
    """A playlist was asked to wait for a segment that is not among the next ones."""

    code = "too-far-ahead"


class GrantRefused(RoomError):
    """A call to the media process without a grant that allows it."""

    code = "forbidden"


class OfferRefused(RoomError):
    """A session description that nothing can come of; `reason` is one of `rooms.control.Refusal`."""

    code = "offer-refused"

    def __init__(self, reason: Literal["no-h264", "bad-offer"]) -> None:
        super().__init__(reason)
        self.reason: Literal["no-h264", "bad-offer"] = reason
