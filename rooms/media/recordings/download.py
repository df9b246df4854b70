"""Joins a recording's segments into one MP4 for download, by stream copy. Nothing is decoded.

Runs follow one another without the gaps between them. When a run's pictures have another size than those of the run
before, the parameter sets also stand before its first picture.
"""

import heapq
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from rooms.media.air.cmaf import length_prefixed
from rooms.media.films.package import AnyPacket, Progress

FAST_START = {"movflags": "faststart"}
"""Put the index before the media, so that a player can begin before it has the whole file."""


class RunFiles(NamedTuple):
    """The files of one run, an initialisation segment first in each rendition."""

    video: Sequence[Path]
    audio: Sequence[Path]


def join(runs: Sequence[RunFiles], target: Path, progress: Progress = lambda share: None) -> None:
    """Write these runs as one film. Raises OSError, or FFmpegError for files that cannot be read."""
    with av.open(str(target), "w", format="mp4", options=FAST_START) as container:
        joiner = RunJoiner(container)
        for number, run in enumerate(runs):
            with ExitStack() as opened:
                joiner.append(*(opened.enter_context(av.open(FileChain(files), "r", format="mp4")) for files in run))
            progress((number + 1) / len(runs))


class RunJoiner:
    """Appends runs to the film that is being written."""

    def __init__(self, container: OutputContainer) -> None:
        self._container = container
        self._streams: dict[str, Stream] = {}
        self._ends_s = Fraction(0)
        """The time at which the next run begins."""
        self._setup = b""
        """The decoder configuration of the last pictures."""

    def append(self, *sources: InputContainer) -> None:
        """Append one run's pictures and sound. Sound before the first picture is left out."""
        for source in sources:
            if source.streams[0].type not in self._streams:
                copied = self._container.add_stream_from_template(source.streams[0])
                self._streams[source.streams[0].type] = copied
        packets = heapq.merge(*map(_packets, sources), key=_decoded_at_s)
        first = next((packet for packet in packets if packet.stream.type == "video"), None)
        if first is None:
            return
        shift_s = self._ends_s - _decoded_at_s(first)
        self._write(self._set_up(first), shift_s)
        for packet in packets:
            self._write(packet, shift_s)

    def _set_up(self, first: AnyPacket) -> AnyPacket:
        """Return a run's first picture, with its parameter sets before it when they differ from the last run's."""
        before, self._setup = self._setup, bytes(first.stream.codec_context.extradata or b"")
        if before in (b"", self._setup):
            return first
        made = Packet(parameter_sets(self._setup) + bytes(first))
        made.pts, made.dts, made.duration = first.pts, first.dts, first.duration
        made.time_base, made.is_keyframe = first.time_base, True
        made.stream = first.stream
        return made

    def _write(self, packet: AnyPacket, shift_s: Fraction) -> None:
        moved_ticks = round(shift_s / packet.time_base)
        packet.pts, packet.dts = (packet.pts or 0) + moved_ticks, (packet.dts or 0) + moved_ticks
        self._ends_s = max(self._ends_s, _decoded_at_s(packet) + (packet.duration or 0) * packet.time_base)
        packet.stream = self._streams[packet.stream.type]
        self._container.mux(packet)


class FileChain(io.RawIOBase):
    """Several files, read as one from the first byte to the last."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = iter(paths)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            path = next(self._paths, None)
            if path is None:
                return b""
            self._rest = memoryview(path.read_bytes())
        taken, self._rest = self._rest[:size], self._rest[size:]
        return bytes(taken)


def parameter_sets(configuration: bytes) -> bytes:
    """Return the SPS and the PPS of a decoder configuration record (14496-15, 5.3.3.1), length-prefixed."""
    ends = 8 + int.from_bytes(configuration[6:8])
    return length_prefixed([configuration[8:ends], configuration[ends + 3 :]])


def _packets(source: InputContainer) -> Iterator[AnyPacket]:
    return (packet for packet in source.demux(source.streams[0]) if packet.dts is not None)


def _decoded_at_s(packet: AnyPacket) -> Fraction:
    return (packet.dts or 0) * packet.time_base
