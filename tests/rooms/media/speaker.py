"""A speaker of known content: a flash and a beep at the same instant, as timestamped samples with sender reports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import NamedTuple, TypeAlias

import av
import numpy as np

from rooms.media.air.broadcast import Broadcast
from rooms.media.air.programme import Programme
from rooms.media.rtc.samples import RATES_HZ, Kind, Picture, SenderReport, Sound

LOOP_S = 2
"""The interval of flash and beep; each loop begins with a keyframe."""
FRAMES_PER_S = 20
FLASH_FRAME = 10
"""The number of the white picture in the loop; the beep begins at the time of this picture."""
PACKET_SAMPLES = 960
"""20 ms of sound."""
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
        shade = 235 if number == FLASH_FRAME else 40
        frame = av.VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 128, np.uint8), format="yuv420p")
        planes = np.full((height, width), shade, np.uint8)
        frame = av.VideoFrame.from_ndarray(
            np.concatenate([planes, np.full((height // 2, width), 128, np.uint8)]), format="yuv420p"
        )
        frame.pts = number
        units += [bytes(packet) for packet in encoder.encode(frame)]
    return units + [bytes(packet) for packet in encoder.encode(None)]


def _sound() -> list[bytes]:
    """Encode two loops and return the second: the encoder is steady by then."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SOUND_HZ, "stereo", "flt"
    encoder.bit_rate, encoder.time_base = 64_000, Fraction(1, SOUND_HZ)
    loop = np.zeros(LOOP_S * SOUND_HZ, np.float32)
    begins_sample = FLASH_FRAME * SOUND_HZ // FRAMES_PER_S
    beep = 0.5 * np.sin(2 * np.pi * BEEP_HZ * np.arange(round(BEEP_S * SOUND_HZ)) / SOUND_HZ)
    loop[begins_sample : begins_sample + beep.size] = beep
    twice = np.repeat(np.tile(loop, 2)[:, None], 2, axis=1).astype(np.float32)
    packets = []
    for at_sample in range(0, len(twice), PACKET_SAMPLES):
        frame = av.AudioFrame.from_ndarray(
            twice[at_sample : at_sample + PACKET_SAMPLES].reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, at_sample, Fraction(1, SOUND_HZ)
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    count = LOOP_S * SOUND_HZ // PACKET_SAMPLES
    return packets[count : 2 * count]


Arriving: TypeAlias = Picture | Sound | tuple[Kind, SenderReport]


@dataclass
class Speaker:
    """A publisher that begins at `begins_s` of the receiver's monotonic clock.

    Its clock is `ahead_s` ahead of the receiver's, and its sound card runs fast by the share `drift`. The packets of
    each stream take `…_late_s` to arrive.
    """

    name: str = "speaker"
    begins_s: float = 1000.0
    size: tuple[int, int] = (160, 120)
    small_size: tuple[int, int] | None = None
    """The size of the second picture; None when there is none."""
    picture_zero_ticks: int = (1 << 32) - 5 * PICTURE_HZ
    """The first timestamps lie just below 2^32: every test sees them wrap."""
    sound_zero_ticks: int = (1 << 32) - 7 * SOUND_HZ
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
    """Stretches without pictures, seconds since the beginning."""
    small_silent: tuple[tuple[float, float], ...] = field(default=())

    def samples(
        self, seconds: float, since_s: float = 0.0
    ) -> Iterator[tuple[float, Picture | Sound | tuple[str, SenderReport]]]:
        """Yield pictures, sounds, and reports with their kind, each with its time of arrival; not in order."""
        film = filmed(*self.size)
        if self.has_picture:
            yield from self._pictures(film, seconds, since_s, self.silent, is_small=False)
        if self.small_size:
            yield from self._pictures(filmed(*self.small_size), seconds, since_s, self.small_silent, is_small=True)
        rate_hz = SOUND_HZ * (1 + self.drift)
        if self.has_sound:
            yield from self._sound(film, seconds, since_s, rate_hz)
        at_s = since_s + self.first_report_s
        while at_s < seconds:
            ntp = round((self.begins_s + at_s + self.ahead_s + NTP_ERA_S) * (1 << 32))
            timestamps: dict[Kind, int] = {
                "picture": self.picture_zero_ticks + round(at_s * PICTURE_HZ),
                "small": self.picture_zero_ticks + round(at_s * PICTURE_HZ),
                "sound": self.sound_zero_ticks + round(at_s * rate_hz),
            }
            for kind, rtp_ticks in timestamps.items():
                yield self.begins_s + at_s + self.sound_late_s, (kind, SenderReport(ntp, rtp_ticks & 0xFFFFFFFF))
            at_s += self.reports_every_s

    def _sound(self, film: Filmed, seconds: float, since_s: float, rate_hz: float) -> Iterator[tuple[float, Sound]]:
        first, end = round(since_s * rate_hz / PACKET_SAMPLES), round(seconds * rate_hz / PACKET_SAMPLES)
        for number in range(first, end):
            received_at_s = self.begins_s + number * PACKET_SAMPLES / rate_hz + self.sound_late_s
            rtp_ticks = self.sound_zero_ticks + number * PACKET_SAMPLES
            yield received_at_s, Sound(rtp_ticks, film.sound[number % len(film.sound)], received_at_s)

    def _pictures(
        self, film: Filmed, seconds: float, since_s: float, silent: tuple[tuple[float, float], ...], *, is_small: bool
    ) -> Iterator[tuple[float, Picture]]:
        for number in range(round(since_s * FRAMES_PER_S), round(seconds * FRAMES_PER_S)):
            at_s = number / FRAMES_PER_S
            if any(begin <= at_s < end for begin, end in silent):
                continue
            received_at_s = self.begins_s + at_s + (self.small_late_s if is_small else self.picture_late_s)
            rtp_ticks = self.picture_zero_ticks + round(at_s * PICTURE_HZ)
            data = film.pictures[number % len(film.pictures)]
            yield received_at_s, Picture(rtp_ticks, data, number % len(film.pictures) == 0, received_at_s, is_small)


def feed(programme: Programme | Broadcast, *speakers: Speaker, seconds: float, since_s: float = 0.0) -> None:
    """Pass the samples of these speakers to a programme, in order of arrival, as fast as it takes them."""
    arriving = [
        (received_at_s, speaker.name, sample)
        for speaker in speakers
        for received_at_s, sample in speaker.samples(seconds, since_s)
    ]
    for received_at_s, name, sample in sorted(arriving, key=lambda each: each[0]):
        if isinstance(sample, Picture):
            programme.picture(name, sample)
        elif isinstance(sample, Sound):
            programme.sound(name, sample)
        else:
            programme.report(name, *sample)
        programme.tick(received_at_s)
