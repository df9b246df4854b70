"""Checks a whole recording: each listed segment exists and can be decoded, and picture and sound are in step.

Of the pictures every packet is read and every keyframe decoded; the sound is decoded completely.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import av

from rooms.media.air.disk import Disk, read_journals
from rooms.media.films.package import DECODER
from rooms.playback.film_file import read_index
from rooms.playback.film_index import Rendition, Segment
from rooms.playback.recording import RENDITIONS, ListedSegment, RenditionJournal

MOST_OFFSET_MS = 80
"""One AAC frame and one picture: the accepted offset at the end of a run, or at the beginning of a film."""
SLACK_S = 0.05
"""The accepted difference between a segment's duration and its listed duration."""


@dataclass
class Findings:
    """The result of a check: the duration, the offset between picture and sound, and the faults in words."""

    seconds: float = 0.0
    offset_ms: int = 0
    faults: list[str] = field(default_factory=list)


def complete(directory: Path) -> None:
    """Complete the playlists with ENDLIST when the recording process died before it could."""
    if not all(journal.is_over for journal in read_journals(directory).values()):
        Disk(directory).finish().result()


def check(directory: Path) -> Findings:
    """Check the recording in a session's directory."""
    journals = read_journals(directory)
    found = Findings(seconds=max(journal.seconds for journal in journals.values()))
    if not found.seconds:
        found.faults.append("nothing was recorded")
    for rendition, journal in journals.items():
        if not journal.is_over:
            found.faults.append(f"the {rendition} was never completed")
        found.faults += _faults(directory, rendition, journal)
    found.offset_ms = round(1000 * max(_apart_s(journals["video"], journals["audio"]), default=0))
    if found.offset_ms > MOST_OFFSET_MS:
        found.faults.append(f"picture and sound are {found.offset_ms} ms apart")
    return found


def check_film(directory: Path) -> Findings:
    """Check a packaged film."""
    try:
        index = read_index(directory)
    except FileNotFoundError:
        return Findings(faults=["the film is not there, or its index is broken"])
    found = Findings(seconds=index.duration.total_seconds())
    begins_s = {}
    for name in ("video", "audio", "small"):
        rendition: Rendition | None = getattr(index, name)
        if rendition is None:
            continue
        try:
            init = (directory / (rendition.init or "")).read_bytes()
            begins_s[name] = _begins_s(init + (directory / rendition.segments[0].name).read_bytes())
        except (OSError, av.FFmpegError):
            found.faults.append(f"the {name} cannot be read")
            continue
        found.faults += _unplayable(directory, init, rendition.segments)
    if {"video", "audio"} <= begins_s.keys():
        found.offset_ms = round(1000 * abs(begins_s["video"] - begins_s["audio"]))
        if found.offset_ms > MOST_OFFSET_MS:
            found.faults.append(f"picture and sound are {found.offset_ms} ms apart")
    return found


def _apart_s(video: RenditionJournal, audio: RenditionJournal) -> Iterator[float]:
    """Yield the difference in duration between sound and pictures, for each run that was closed.

    Sound is cut into segments of one length, so a closed run ends with a shorter one. A run that broke off does not,
    and some of its segments may not be listed.
    """
    longest_s = max((segment.seconds for segment in audio.listed), default=0.0)
    seen = {run: _seconds(listed) for run, listed in _runs(video)}
    for run, listed in _runs(audio):
        if listed[-1].seconds < longest_s:
            yield abs(seen.get(run, 0.0) - _seconds(listed))


def _seconds(listed: list[ListedSegment]) -> float:
    return sum(segment.seconds for segment in listed)


def _runs(journal: RenditionJournal) -> Iterator[tuple[int, list[ListedSegment]]]:
    for run, listed in groupby(journal.listed, key=lambda segment: segment.run):
        yield run, list(listed)


def _faults(directory: Path, rendition: str, journal: RenditionJournal) -> Iterator[str]:
    """Yield the faults of a rendition's own segments."""
    for run, listed in _runs(journal):
        if listed[0].letter != RENDITIONS[rendition]:  # of another rendition, which is checked by itself
            continue
        try:
            init = (directory / listed[0].init).read_bytes()
        except OSError:
            yield f"the {rendition}’s stretch {run + 1} cannot be read"
            continue
        yield from _unplayable(directory, init, listed)


def _unplayable(directory: Path, init: bytes, segments: Iterable[ListedSegment | Segment]) -> Iterator[str]:
    for segment in segments:
        try:
            seconds = _decoded_seconds(init + (directory / segment.name).read_bytes())
        except (OSError, av.FFmpegError) as error:
            yield f"{segment.name} cannot be played: {error.strerror or error}"
        else:
            if abs(seconds - segment.seconds) > SLACK_S:
                yield f"{segment.name} lasts {seconds:.2f} s and not {segment.seconds:.2f} s"


def _begins_s(content: bytes) -> float:
    """Return the time of the film at which a segment begins."""
    with av.open(io.BytesIO(content), "r") as container:
        return (container.start_time or 0) / av.time_base


def _decoded_seconds(content: bytes) -> float:
    """Decode a segment; returns its duration. Raises FFmpegError when it cannot be decoded."""
    seconds, count = 0.0, 0
    with av.open(io.BytesIO(content), "r") as container:
        stream = container.streams[0]
        stream.codec_context.skip_frame = "NONKEY"
        stream.codec_context.options = DECODER
        for packet in container.demux(stream):
            count += len(packet.decode())
            seconds += float((packet.duration or 0) * stream.time_base) if stream.time_base else 0.0
    if not count:
        raise av.InvalidDataError(1, "nothing could be decoded")
    return seconds
