"""Every error of the live rooms, each with the stable code that crosses the wire."""

from typing import ClassVar, Literal

OfferFault = Literal["no-h264", "bad-offer", "too-large", "only-media"]
"""The reasons for refusing an offer, among those of `rooms.control.Refusal`."""


class RoomError(Exception):
    """The root of every error of a room. `code` is stable: clients and tests match the code, not the text."""

    code: ClassVar[str] = "error"


class MessageRefused(RoomError):
    """A frame that is not a command of the protocol: it is not JSON, or a field does not fit."""

    code = "bad-message"


class Unavailable(RoomError):
    """The database does not answer now. The caller can try again."""

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


class GrantExpired(GrantRefused):
    """A call that came too late: the web process waits for its answer no longer."""


class OfferRefused(RoomError):
    """A session description that cannot be answered. `reason` is one of `rooms.control.Refusal`."""

    code = "offer-refused"

    def __init__(self, reason: OfferFault) -> None:
        super().__init__(reason)
        self.reason = reason
