"""The number of registrations of an event."""

import msgspec


class Registrations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `registrations` of an event's room, for the crew. `target` is the organiser's own aim, if any.

    A place is held until its person comes in for the first time, and confirmed from then on.
    """

    confirmed: int
    held: int
    waitlisted: int
    target: int | None
