"""Packages a film once, by stream copy, for simulive play: CMAF segments cut on the keyframes, and an index.

Nothing is decoded but one picture for the poster. `film.json` is written last: a directory with it is complete.
"""

import io
import json
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from rooms.durable import settle, write_file
from rooms.film_index import CAPTIONS_NAME, INDEX_NAME, POSTER_NAME, FilmIndex, Rendition, Segment
from rooms.webvtt import Cue, cut, write_webvtt

SEGMENT_S = 2
FRAGMENT = {
    "movflags": "frag_custom+empty_moov+default_base_moof+frag_discont+skip_trailer",
    "avoid_negative_ts": "disabled",
}
"""One movie fragment for all that is written, dated by its own timestamps (tfdt) instead of from zero."""
POSTER_QUALITY = 84

AnyPacket: TypeAlias = "Packet[Any]"
Packets: TypeAlias = "Sequence[Packet[Any]]"


class FilmRefused(ValueError):
    """A file that cannot be played as a film; its text says why."""


def package(film: Path, directory: Path, title: str, cues: Sequence[Cue] = (), source: str = "") -> FilmIndex:
    """Cut a film into `directory`, which must be empty or missing.

    Raises FilmRefused for a file without H.264 pictures and AAC sound.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _open(film) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        pictures, sound = _packets(container, video), _packets(container, audio)
        ends = _ends(pictures)
        index = FilmIndex(
            title=title,
            width=video.codec_context.width,
            height=video.codec_context.height,
            frame_rate=float(video.average_rate or 0),
            video=_rendition("v", video, _parts(pictures, ends), directory),
            audio=_rendition("a", audio, _parts(sound, ends), directory),
            captions=_captions(cues, ends, directory) if cues else None,
            source=source,
        )
        write_file(directory / POSTER_NAME, _poster(container, video))
    write_file(directory / INDEX_NAME, json.dumps(index.to_json(), indent=1).encode())
    settle(directory)
    return index


def read_index(directory: Path) -> FilmIndex | None:
    """The index of a packaged film, or None where there is none."""
    try:
        return FilmIndex.from_json(json.loads((directory / INDEX_NAME).read_bytes()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def codecs_of(stream: Stream) -> str:
    """The RFC 6381 name of a stream's codec, read from its decoder configuration."""
    configuration = bytes(stream.codec_context.extradata or b"")
    if stream.type == "video":
        return f"avc1.{configuration[1:4].hex()}"
    return f"mp4a.40.{configuration[0] >> 3}"


def _open(film: Path) -> InputContainer:
    try:
        container = av.open(str(film))
    except av.FFmpegError as error:
        raise FilmRefused(f"{film.name} is not a film: {error}") from error
    streams = [*container.streams.video[:1], *container.streams.audio[:1]]
    codecs = [stream.codec_context.name for stream in streams]
    if codecs != ["h264", "aac"]:
        container.close()
        raise FilmRefused(f"{film.name} needs H.264 pictures and AAC sound; it has {', '.join(codecs) or 'neither'}")
    return container


def _packets(container: InputContainer, stream: Stream) -> Packets:
    """A stream's packets in order, from the film's first moment on: what only primes the decoder is left out."""
    container.seek(0)
    return [packet for packet in container.demux(stream) if packet.pts is not None and packet.pts >= 0]


def _ends(pictures: Packets) -> list[Fraction]:
    """Where to cut, seconds: at the first keyframe after every full SEGMENT_S, and at the end."""
    keyframes = [_begins(packet) for packet in pictures if packet.is_keyframe]
    if not keyframes or keyframes[0] > 0:
        raise FilmRefused("the film does not begin with a keyframe")
    ends: list[Fraction] = []
    for moment in keyframes:
        if moment - (ends[-1] if ends else 0) >= SEGMENT_S:
            ends.append(moment)
    return [*ends, max(_begins(packet) + _lasts(packet) for packet in pictures)]


def _parts(packets: Packets, ends: Sequence[Fraction]) -> list[Packets]:
    """The packets up to each cut; what begins after the last one is left out."""
    parts: list[list[AnyPacket]] = [[] for _ in ends]
    for packet in packets:
        number = bisect_right(ends, _begins(packet))
        if number < len(parts):
            parts[number].append(packet)
    return [part for part in parts if part]


def _rendition(letter: str, stream: Stream, parts: Sequence[Packets], directory: Path) -> Rendition:
    """Write one stream's segments and describe them."""
    segments: list[Segment] = []
    bits: list[int] = []
    init = f"{letter}.mp4"
    for number, part in enumerate(parts):
        header, fragment = _fragment(stream, part, number + 1)
        if number == 0:
            write_file(directory / init, header)
        segments.append(Segment(f"{letter}-{number}.m4s", float(sum(map(_lasts, part)))))
        bits.append(8 * len(fragment))
        write_file(directory / segments[-1].name, fragment)
    return Rendition(
        segments=tuple(segments),
        init=init,
        codecs=codecs_of(stream),
        bandwidth=round(max(size / segment.seconds for size, segment in zip(bits, segments, strict=True))),
        average_bandwidth=round(sum(bits) / sum(segment.seconds for segment in segments)),
    )


def _fragment(stream: Stream, packets: Packets, number: int) -> tuple[bytes, bytes]:
    """An initialisation segment, and one movie fragment with these packets."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options={**FRAGMENT, "fragment_index": str(number)}) as container:
        copied = container.add_stream_from_template(stream)
        for packet in packets:
            packet.stream = copied
            container.mux(packet)
    whole = file.getvalue()
    begins = whole.index(b"moof") - 4
    return whole[:begins], whole[begins:]


def _captions(cues: Sequence[Cue], ends: Sequence[Fraction], directory: Path) -> Rendition:
    write_file(directory / CAPTIONS_NAME, write_webvtt(cues).encode())
    stretches = [(float(begin), float(end)) for begin, end in zip([Fraction(0), *ends], ends, strict=False)]
    segments = []
    for number, (text, (begin, end)) in enumerate(zip(cut(cues, stretches), stretches, strict=True)):
        segments.append(Segment(f"c-{number}.vtt", end - begin))
        write_file(directory / segments[-1].name, text.encode())
    return Rendition(tuple(segments))


def _poster(container: InputContainer, video: VideoStream) -> bytes:
    """The picture two seconds in, or the last one of a shorter film, as JPEG."""
    container.seek(0)
    file = io.BytesIO()
    for frame in container.decode(video):
        picture = frame
        if frame.time is not None and frame.time >= SEGMENT_S:
            break
    picture.to_image().save(file, "JPEG", quality=POSTER_QUALITY)  # type: ignore[no-untyped-call]
    return file.getvalue()


def _begins(packet: AnyPacket) -> Fraction:
    return (packet.pts or 0) * packet.time_base


def _lasts(packet: AnyPacket) -> Fraction:
    return (packet.duration or 0) * packet.time_base
