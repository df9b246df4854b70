"""A speaker of known truth: a flash and a beep at the same instant, as samples with timestamps and sender reports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import NamedTuple, TypeAlias

import av
import numpy as np

from rooms.media.air.broadcast import Broadcast
from rooms.media.air.programme import Programme
from rooms.media.rtc.samples import RATES_HZ, Kind, Picture, Report, Sound

LOOP_S = 2
"""The flash and the beep come again after so long; each loop begins with a keyframe."""
FRAMES_PER_S = 20
FLASH_AT = 10
"""Which picture of the loop is white: its moment is the truth for the beep as well."""
PACKET = 960
"""Samples in a packet of sound: 20 ms."""
SOUND_HZ, PICTURE_HZ = RATES_HZ["sound"], RATES_HZ["picture"]
BEEP_HZ, BEEP_S = 1000, 0.05
NTP_ERA_S = 2_208_988_800


class Filmed(NamedTuple):
    """One loop, encoded: access units and packets."""

    pictures: list[bytes]
    sound: list[bytes]


@cache
def filmed(width: int = 160, height: int = 120) -> Filmed:
    return Filmed(_pictures(width, height), _sound())


def _pictures(width: int, height: int) -> list[bytes]:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base = FRAMES_PER_S, Fraction(1, FRAMES_PER_S)
    count = LOOP_S * FRAMES_PER_S
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "x264-params": f"keyint={count}:min-keyint={count}:scenecut=0:repeat-headers=1:annexb=1",
    }
    units = []
    for number in range(count):
        shade = 235 if number == FLASH_AT else 40
        frame = av.VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 128, np.uint8), format="yuv420p")
        planes = np.full((height, width), shade, np.uint8)
        frame = av.VideoFrame.from_ndarray(
            np.concatenate([planes, np.full((height // 2, width), 128, np.uint8)]), format="yuv420p"
        )
        frame.pts = number
        units += [bytes(packet) for packet in encoder.encode(frame)]
    return units + [bytes(packet) for packet in encoder.encode(None)]


def _sound() -> list[bytes]:
    """The second of two loops: the encoder has found its way by then."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SOUND_HZ, "stereo", "flt"
    encoder.bit_rate, encoder.time_base = 64_000, Fraction(1, SOUND_HZ)
    loop = np.zeros(LOOP_S * SOUND_HZ, np.float32)
    begins = FLASH_AT * SOUND_HZ // FRAMES_PER_S
    beep = 0.5 * np.sin(2 * np.pi * BEEP_HZ * np.arange(round(BEEP_S * SOUND_HZ)) / SOUND_HZ)
    loop[begins : begins + beep.size] = beep
    twice = np.repeat(np.tile(loop, 2)[:, None], 2, axis=1).astype(np.float32)
    packets = []
    for position in range(0, len(twice), PACKET):
        frame = av.AudioFrame.from_ndarray(
            twice[position : position + PACKET].reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, position, Fraction(1, SOUND_HZ)
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    count = LOOP_S * SOUND_HZ // PACKET
    return packets[count : 2 * count]


Arriving: TypeAlias = Picture | Sound | tuple[Kind, Report]


@dataclass
class Speaker:
    """Publishes from `begins` on, seconds of the receiver's monotonic clock.

    `ahead_s` is by how much the sender's clock differs, `drift` by how much its sound card runs too fast, and the
    lateness is how long each stream's packets take to arrive.
    """

    name: str = "speaker"
    begins: float = 1000.0
    size: tuple[int, int] = (160, 120)
    small_size: tuple[int, int] | None = None
    """Of the second picture; None: there is none."""
    picture_zero: int = (1 << 32) - 5 * PICTURE_HZ
    """The first timestamps lie just below 2^32: every test sees them wrap."""
    sound_zero: int = (1 << 32) - 7 * SOUND_HZ
    ahead_s: float = 1234.5
    drift: float = 0.0
    picture_late_s: float = 0.09
    small_late_s: float = 0.06
    sound_late_s: float = 0.03
    reports_every_s: float = 1.0
    first_report_s: float = 0.5
    has_sound: bool = True
    has_picture: bool = True
    silent: tuple[tuple[float, float], ...] = field(default=())
    """Stretches in which no picture comes, seconds since the beginning."""
    small_silent: tuple[tuple[float, float], ...] = field(default=())

    def samples(
        self, seconds: float, since: float = 0.0
    ) -> Iterator[tuple[float, Picture | Sound | tuple[str, Report]]]:
        """What arrives and when, not yet in order: pictures, sound, and reports with their kind."""
        film = filmed(*self.size)
        if self.has_picture:
            yield from self._pictures(film, seconds, since, self.silent, is_small=False)
        if self.small_size:
            yield from self._pictures(filmed(*self.small_size), seconds, since, self.small_silent, is_small=True)
        rate = SOUND_HZ * (1 + self.drift)
        for number in range(round(since * rate / PACKET), round(seconds * rate / PACKET) if self.has_sound else 0):
            at_s = number * PACKET / rate
            received = self.begins + at_s + self.sound_late_s
            yield received, Sound(self.sound_zero + number * PACKET, film.sound[number % len(film.sound)], received)
        at_s = since + self.first_report_s
        while at_s < seconds:
            ntp = round((self.begins + at_s + self.ahead_s + NTP_ERA_S) * (1 << 32))
            timestamps: dict[Kind, int] = {
                "picture": self.picture_zero + round(at_s * PICTURE_HZ),
                "small": self.picture_zero + round(at_s * PICTURE_HZ),
                "sound": self.sound_zero + round(at_s * rate),
            }
            for kind, at in timestamps.items():
                yield self.begins + at_s + self.sound_late_s, (kind, Report(ntp, at & 0xFFFFFFFF))
            at_s += self.reports_every_s

    def _pictures(
        self, film: Filmed, seconds: float, since: float, silent: tuple[tuple[float, float], ...], *, is_small: bool
    ) -> Iterator[tuple[float, Picture]]:
        for number in range(round(since * FRAMES_PER_S), round(seconds * FRAMES_PER_S)):
            at_s = number / FRAMES_PER_S
            if any(begin <= at_s < end for begin, end in silent):
                continue
            received = self.begins + at_s + (self.small_late_s if is_small else self.picture_late_s)
            at = self.picture_zero + round(at_s * PICTURE_HZ)
            data = film.pictures[number % len(film.pictures)]
            yield received, Picture(at, data, number % len(film.pictures) == 0, received, is_small)


def feed(programme: Programme | Broadcast, *speakers: Speaker, seconds: float, since: float = 0.0) -> None:
    """Let the samples of these speakers arrive, in order, as fast as they can be taken."""
    arriving = [
        (received, speaker.name, sample) for speaker in speakers for received, sample in speaker.samples(seconds, since)
    ]
    for received, name, sample in sorted(arriving, key=lambda each: each[0]):
        if isinstance(sample, Picture):
            programme.picture(name, sample)
        elif isinstance(sample, Sound):
            programme.sound(name, sample)
        else:
            programme.report(name, *sample)
        programme.tick(received)
