"""What crosses from a source of a stage to its programme: encoded pictures and sound, and how to date them. No I/O.

`received_at_s` is always a reading of the process's monotonic clock, seconds: `time.monotonic()`.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["picture", "small", "sound"]
"""`small` is the same picture in a second, smaller size, which few sources send."""
SourceName = str
"""The name by which the relay knows a source; another connection of the same person is another source."""

RATES_HZ: dict[Kind, int] = {"picture": 90_000, "small": 90_000, "sound": 48_000}
"""The RTP clock of each kind (RFC 6184, 8.2.1; RFC 7587, 7)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One H.264 access unit in Annex B form, complete; a keyframe carries its SPS and PPS.

    `rtp_ticks` is its RTP timestamp at 90 kHz, unwrapped: it never goes back by 2^32.
    """

    rtp_ticks: int
    data: bytes
    is_keyframe: bool
    received_at_s: float
    is_small: bool = False
    """Whether it is of the second, smaller size."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One Opus packet (RFC 7587). `rtp_ticks` is its RTP timestamp at 48 kHz, unwrapped."""

    rtp_ticks: int
    data: bytes
    received_at_s: float


@dataclass(frozen=True, slots=True)
class SenderReport:
    """An RTCP sender report's pair (RFC 3550, 6.4.1), as it came over the wire.

    `ntp` is the 64-bit fixed-point NTP timestamp, `rtp_ticks` the RTP timestamp of the same instant, still wrapped.
    """

    ntp: int
    rtp_ticks: int
