"""A networking table as the live rooms see it. The database's constraints decide who may sit where."""

import msgspec


class SeatShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One seat at the table, with the name that its person shows there: "Delegate" and a number for no name.

    `name` is empty while the seat is free or kept for somebody.
    """

    number: int
    state: str
    """free, kept (offered to the first in the queue) or taken."""
    name: str = ""
    organisation: str = ""
    host: bool = False


class Seats(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `seats` of a table's room."""

    state: str
    """open or closed."""
    seats: list[SeatShown]
    free: int
    waiting: int
    """The number of people in the queue."""


class MessageShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the talk at a table, with the name that its author shows there."""

    id: str
    name: str
    text: str
    sent_at: int
    """Epoch milliseconds."""


class Messages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `messages` of a table's room: the newest lines, oldest first; only for those who are seated."""

    messages: list[MessageShown]


class TableSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table as the lounge shows it."""

    id: str
    state: str
    free: int
    taken: int
    waiting: int


class Lounge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `lounge` of an event's room: all its tables in their order."""

    tables: list[TableSummary]
