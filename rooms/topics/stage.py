"""A stage as the live rooms see it: what is on air, and who is backstage."""

from typing import Literal

import msgspec

AirState = Literal["none", "standby", "countdown", "on-air", "clear"]
SourceState = Literal["arriving", "here", "lost", "left"]


class Air(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `air` of a session's and of a stage's room; `none` for a session without a stage.

    `at` is when the countdown ends, or when the stage went on air or was cleared, epoch milliseconds; `is_signed`, that
    an interpreter is there, whose picture a viewer can have beside the programme.
    """

    state: AirState
    at: int | None = None
    is_signed: bool = False


class SourceShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody backstage, or an encoder. Everybody else receives them in their `slot`; None: they are not there."""

    id: str
    person: str | None
    name: str
    role: str
    slot: int | None
    state: SourceState
    connection: str | None
    """The WHIP resource that they send by: a page that sees another than its own has been replaced."""
    on_air: bool
    """Their sound is in the programme while the stage is on air."""
    taken: bool
    """Their picture is shown."""
    signing: bool = False
    """Their picture is the sign-language window's."""


class BackstageShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `backstage` of a stage's room: who is there."""

    sources: list[SourceShown]
    follows_voice: bool
