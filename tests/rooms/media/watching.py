"""Watches a recording: decodes its segments, and dates its flashes and beeps."""

import io
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from rooms.media.air.disk import read_journals

LIT = 128
LOUD = 0.1
APART_S = 0.5
"""Two beeps are further apart."""


def frames(directory: Path, rendition: str) -> Iterator[tuple[float, VideoFrame | AudioFrame]]:
    """Yield every frame of a rendition with its time, seconds since 1970; each run is decoded as by a player."""
    for _, run in groupby(read_journals(directory)[rendition].listed, key=lambda segment: segment.run):
        segments = list(run)
        assert segments[0].begins_at
        begins_s = segments[0].begins_at.timestamp()
        content = (directory / segments[0].init).read_bytes()
        content += b"".join((directory / segment.name).read_bytes() for segment in segments)
        with av.open(io.BytesIO(content)) as container:
            for frame in container.decode(container.streams[0]):
                assert isinstance(frame, VideoFrame | AudioFrame)
                assert frame.time is not None
                yield begins_s + frame.time, frame


def flashes(directory: Path, rendition: str = "video") -> list[float]:
    """Return the times at which the picture turns white, seconds since 1970."""
    found_s, was_lit = [], False
    for at_s, frame in frames(directory, rendition):
        is_lit = bool(frame.to_ndarray()[: frame.height].mean() > LIT)
        if is_lit and not was_lit:
            found_s.append(at_s)
        was_lit = is_lit
    return found_s


def beeps(directory: Path, loud: float = LOUD) -> list[float]:
    """Return the times at which beeps begin, seconds since 1970."""
    found_s: list[float] = []
    for at_s, frame in frames(directory, "audio"):
        loud_samples = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > loud)
        if loud_samples.size and (not found_s or at_s - found_s[-1] > APART_S):
            found_s.append(at_s + int(loud_samples[0]) / frame.sample_rate)
    return found_s
