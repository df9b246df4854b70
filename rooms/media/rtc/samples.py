"""Samples: encoded pictures and sound on their way from a source to the programme, with sender reports. No I/O.

`received_at_s` is always a reading of the process's monotonic clock: `time.monotonic()`.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["picture", "small", "sound"]
"""`small` is the same picture in a second, smaller size, which few sources send."""
SourceName = str
"""The relay's name for a source. Two connections of one person are two sources."""

RATES_HZ: dict[Kind, int] = {"picture": 90_000, "small": 90_000, "sound": 48_000}
"""The RTP clock of each kind (RFC 6184, 8.2.1; RFC 7587, 7)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One complete H.264 access unit in Annex B form; a keyframe carries its SPS and PPS.

    `rtp_ticks` is its RTP timestamp at 90 kHz, unwrapped: the count goes on beyond 2^32.
    """

    rtp_ticks: int
    data: bytes
    is_keyframe: bool
    received_at_s: float
    is_small: bool = False
    """True when the picture is of the second, smaller size."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One Opus packet (RFC 7587). `rtp_ticks` is its RTP timestamp at 48 kHz, unwrapped."""

    rtp_ticks: int
    data: bytes
    received_at_s: float


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The pair of timestamps in an RTCP sender report (RFC 3550, 6.4.1), as received.

    `ntp` is the 64-bit fixed-point NTP timestamp, `rtp_ticks` the RTP timestamp of the same instant, still wrapped.
    """

    ntp: int
    rtp_ticks: int
