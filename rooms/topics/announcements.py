"""The announcement that every page of an event shows: the newest that is not withdrawn."""

import msgspec


class AnnouncementShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `announcement` of an event's room; all fields are empty when nothing is announced."""

    id: str = ""
    text: str = ""
    sent_at: int | None = None
    """Epoch milliseconds."""
