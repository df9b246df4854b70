"""A stage as the live rooms see it: its air and its backstage."""

from typing import Literal

import msgspec

AirState = Literal["none", "standby", "countdown", "on-air", "clear"]
SourceState = Literal["arriving", "here", "lost", "left"]


class Air(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `air` of a session's and of a stage's room; `none` for a session without a stage.

    `at` is the end of the countdown, or the time at which the stage went on air or was cleared, epoch milliseconds.
    With `is_signed` an interpreter is there, whose picture a viewer can have beside the programme.
    """

    state: AirState
    at: int | None = None
    is_signed: bool = False


class SourceShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person backstage, or an encoder. Everybody else receives the source in its `slot`; None: it is not there."""

    id: str
    person: str | None
    name: str
    role: str
    slot: int | None
    state: SourceState
    connection: str | None
    """The WHIP resource that the source sends by: a page that sees another than its own has been replaced."""
    on_air: bool
    """True when its sound is in the programme while the stage is on air."""
    taken: bool
    """True when its picture is in the programme."""
    signing: bool = False
    """True when its picture is in the sign-language window."""


class BackstageShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `backstage` of a stage's room: its sources."""

    sources: list[SourceShown]
    follows_voice: bool
