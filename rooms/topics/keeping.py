"""How far what a stage sends is safe, as the console shows it."""

from typing import Literal

import msgspec

Trouble = Literal["disk", "store", "no-picture", "no-sound", "clock"]
"""What keeps a programme from being kept or sent: the disk takes nothing; the object store does not answer;
no picture comes from who is shown; no sound comes from anybody on air; the machine's clock was set in mid-session,
which moves nothing in the recording."""
Verdict = Literal["unchecked", "good", "faulty"]
"""What the check of the whole recording said, after the session."""


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `kept` of a session's room, for the crew. All empty for a session that nothing was kept of.

    `safe_up_to` is the last moment that is on the disk with picture and sound, epoch milliseconds.
    """

    safe_up_to: int | None = None
    troubles: list[Trouble] = []
    verdict: Verdict = "unchecked"
