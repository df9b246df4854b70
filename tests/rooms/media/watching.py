"""What a viewer of a recording sees and hears: its segments decoded, its flashes and beeps dated."""

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
"""Two beeps are never so close together."""


def frames(directory: Path, rendition: str) -> Iterator[tuple[float, VideoFrame | AudioFrame]]:
    """Every frame of a rendition with its date, seconds since 1970; each run is decoded as a player would."""
    for _, run in groupby(read_journals(directory)[rendition].listed, key=lambda segment: segment.run):
        segments = list(run)
        assert segments[0].begins_at
        begins = segments[0].begins_at.timestamp()
        content = (directory / segments[0].init).read_bytes()
        content += b"".join((directory / segment.name).read_bytes() for segment in segments)
        with av.open(io.BytesIO(content)) as container:
            for frame in container.decode(container.streams[0]):
                assert isinstance(frame, VideoFrame | AudioFrame)
                assert frame.time is not None
                yield begins + frame.time, frame


def flashes(directory: Path, rendition: str = "video") -> list[float]:
    """When the picture turned white."""
    moments, was_lit = [], False
    for moment, frame in frames(directory, rendition):
        is_lit = bool(frame.to_ndarray()[: frame.height].mean() > LIT)
        if is_lit and not was_lit:
            moments.append(moment)
        was_lit = is_lit
    return moments


def beeps(directory: Path, loud: float = LOUD) -> list[float]:
    """When a beep began."""
    moments: list[float] = []
    for moment, frame in frames(directory, "audio"):
        at = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > loud)
        if at.size and (not moments or moment - moments[-1] > APART_S):
            moments.append(moment + int(at[0]) / frame.sample_rate)
    return moments
