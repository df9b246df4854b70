"""The number of registrations of an event."""

import msgspec


class Registrations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `registrations` of an event's room, for the crew. `target` is the organiser's own aim, if any."""

    confirmed: int
    waitlisted: int
    target: int | None
