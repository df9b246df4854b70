"""The safety of a recording in the making, as the console shows it."""

from typing import Literal

import msgspec

Trouble = Literal["disk", "store", "no-picture", "no-sound", "clock"]
"""The troubles of a programme that is recorded and sent: the disk takes nothing; the object store does not answer; no
picture comes from the source that is shown; no sound comes from any source on air; the machine's clock was set during
the session, which moves nothing in the recording."""
Verdict = Literal["unchecked", "good", "faulty"]
"""The verdict of the check of the whole recording, after the session."""


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `kept` of a session's room, for the crew. All fields are empty when nothing was recorded.

    `safe_up_to` is the time up to which picture and sound are on the disk, epoch milliseconds.
    """

    safe_up_to: int | None = None
    troubles: list[Trouble] = []
    verdict: Verdict = "unchecked"
