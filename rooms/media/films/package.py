"""Packages a film once, by stream copy, for simulive play: CMAF segments cut on keyframes, and an index.

Only one picture is decoded, for the poster. The index is written last: a directory with `film.json` is complete.
"""

import io
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from rooms.durable import settle, write_file
from rooms.playback.film_index import CAPTIONS_NAME, INDEX_NAME, POSTER_NAME, FilmIndex, Rendition, Segment
from rooms.playback.webvtt import Cue, cut, write_webvtt

SEGMENT_S = 2
FRAGMENT = {
    "movflags": "frag_custom+empty_moov+default_base_moof+frag_discont+skip_trailer",
    "avoid_negative_ts": "disabled",
}
"""One movie fragment for a whole file, whose decode time (tfdt) is that of its first packet instead of zero."""
POSTER_QUALITY = 84

LONGEST_S = 12
"""The longest segment. A film with fewer keyframes keeps players waiting, and is refused."""
BROKEN_OFF_S = 1
"""A film that ends earlier than its header states, by more than this, was cut short on its way."""

MOST_PIXELS = 4_096 * 2_304
"""The largest picture that is decoded: 4K. The decoder refuses a larger one before it takes memory for it."""
DECODER = {"max_pixels": str(MOST_PIXELS)}
MOST_POSTER_PICTURES = 500
"""The pictures that are decoded in search of the poster: two seconds of a film have fewer than 250."""

AnyPacket: TypeAlias = "Packet[Any]"
Packets: TypeAlias = "Sequence[Packet[Any]]"
Progress = Callable[[float], None]
"""Called now and then with the share of the work that is done, 0 to 1."""


class FilmRefused(ValueError):
    """A file that cannot be played as a film; the text gives the reason."""


def package(
    film: Path,
    directory: Path,
    title: str,
    cues: Sequence[Cue] = (),
    source: str = "",
    progress: Progress = lambda share: None,
) -> FilmIndex:
    """Cut a film into `directory`, which must be empty or missing. The film is read packet by packet: it may be large.

    Raises FilmRefused for a file without H.264 pictures and AAC sound, that was cut short, or that cannot be cut.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _open(film) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        cuts_s = _cuts_s(_packets(container, video))
        _refuse_if_broken_off(video, cuts_s[-1])
        _refuse_if_broken_off(audio, max(map(_ends_s, _packets(container, audio)), default=Fraction(0)))
        index = FilmIndex(
            title=title,
            width=video.codec_context.width,
            height=video.codec_context.height,
            frame_rate=float(video.average_rate or 0),
            video=_rendition(
                "v", video, _told(_parts(_packets(container, video), cuts_s), cuts_s, progress), directory
            ),
            audio=_rendition("a", audio, _parts(_packets(container, audio), cuts_s), directory),
            captions=_captions(cues, cuts_s, directory) if cues else None,
            source=source,
        )
        write_file(directory / POSTER_NAME, _poster(container, video))
    write_file(directory / INDEX_NAME, json.dumps(index.to_json(), indent=1).encode())
    settle(directory)
    return index


def codecs_of(stream: Stream) -> str:
    """Return the RFC 6381 name of a stream's codec, from its decoder configuration."""
    configuration = bytes(stream.codec_context.extradata or b"")
    if stream.type == "video":
        return f"avc1.{configuration[1:4].hex()}"
    return f"mp4a.40.{configuration[0] >> 3}"


def _open(film: Path) -> InputContainer:
    try:
        container = av.open(str(film))
    except av.FFmpegError as error:
        raise FilmRefused(
            "This is not a film that can be read, or not the whole of one. Please choose the whole film, as MP4."
        ) from error
    streams = [*container.streams.video[:1], *container.streams.audio[:1]]
    codecs = [stream.codec_context.name for stream in streams]
    if codecs != ["h264", "aac"]:
        with container:
            raise FilmRefused(_wrong_codecs(container))
    pictures = container.streams.video[0].codec_context
    if pictures.width * pictures.height > MOST_PIXELS:
        with container:
            raise FilmRefused(
                f"This film’s pictures are {pictures.width} × {pictures.height} pixels, which no player can show. "
                "Please export it with 1920 × 1080."
            )
    return container


def _wrong_codecs(container: InputContainer) -> str:
    """Tell what is wrong with a film without H.264 and AAC streams, and what to do about it."""
    if not container.streams.video:
        return "This file has no pictures. Please choose a film."
    if not container.streams.audio:
        return "This film has no sound. Please export it with a sound track, even a silent one."
    pictures, sound = container.streams.video[0].codec_context.name, container.streams.audio[0].codec_context.name
    return f"This film has {pictures} pictures and {sound} sound. Please export it as H.264 and AAC, in MP4."


def _refuse_if_broken_off(stream: Stream, end_s: Fraction) -> None:
    """Raise FilmRefused when a stream's packets end at `end_s`, well before the end that its header states."""
    stated_s = (stream.duration or 0) * (stream.time_base or 0)
    if stated_s - end_s > BROKEN_OFF_S:
        raise FilmRefused(
            f"Only {_clock(end_s)} of this film’s {_clock(stated_s)} can be read: the file was cut short. "
            "Please choose the whole film."
        )


def _clock(seconds: Fraction | int) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _packets(container: InputContainer, stream: Stream) -> Iterator[AnyPacket]:
    """Yield a stream's packets in order. Packets of negative time, which only prime the decoder, are left out."""
    container.seek(0)
    return (packet for packet in container.demux(stream) if packet.pts is not None and packet.pts >= 0)


def _cuts_s(pictures: Iterable[AnyPacket]) -> list[Fraction]:
    """Return the times to cut at: the first keyframe after every full SEGMENT_S, and the film's end."""
    cuts_s = [Fraction(0)]
    end_s = Fraction(0)
    for number, packet in enumerate(pictures):
        at_s = _begins_s(packet)
        if number == 0 and not (packet.is_keyframe and at_s == 0):
            raise FilmRefused("This film does not begin with a whole picture. Please export it anew.")
        end_s = max(end_s, _ends_s(packet))
        if packet.is_keyframe and at_s - cuts_s[-1] >= SEGMENT_S:
            cuts_s.append(at_s)
    if not end_s:
        raise FilmRefused("There is no picture in this film.")
    cuts_s.append(end_s)
    longest_s = max(end - begin for begin, end in pairwise(cuts_s))
    if longest_s > LONGEST_S:
        raise FilmRefused(f"Keyframes are up to {int(longest_s)} s apart. Please export it with one every two seconds.")
    return cuts_s[1:]


def _parts(packets: Iterable[AnyPacket], cuts_s: Sequence[Fraction]) -> Iterator[Packets]:
    """Yield the packets up to each cut. Packets that begin after the last cut are left out.

    A picture that is shown before a keyframe, but follows the keyframe in the file, stays with it: it depends on it.
    """
    part: list[AnyPacket] = []
    current = 0
    for packet in packets:
        number = max(current, bisect_right(cuts_s, _begins_s(packet)))
        if number >= len(cuts_s):
            continue
        if number != current and part:
            yield part
            part = []
        current = number
        part.append(packet)
    if part:
        yield part


def _told(parts: Iterable[Packets], cuts_s: Sequence[Fraction], progress: Progress) -> Iterator[Packets]:
    """Yield the same parts, and report the share of them that is done."""
    for number, part in enumerate(parts):
        progress(number / len(cuts_s))
        yield part


def _rendition(letter: str, stream: Stream, parts: Iterable[Packets], directory: Path) -> Rendition:
    """Write one stream's segments; returns their description."""
    segments: list[Segment] = []
    bits: list[int] = []
    init = f"{letter}.mp4"
    for number, part in enumerate(parts):
        header, fragment = _fragment(stream, part, number + 1)
        if number == 0:
            write_file(directory / init, header)
        segments.append(Segment(f"{letter}-{number}.m4s", float(sum(map(_lasts_s, part)))))
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
    """Return an initialisation segment, and one movie fragment with these packets."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options={**FRAGMENT, "fragment_index": str(number)}) as container:
        copied = container.add_stream_from_template(stream)
        for packet in packets:
            packet.stream = copied
            container.mux(packet)
    whole = file.getvalue()
    begins = whole.index(b"moof") - 4
    return whole[:begins], whole[begins:]


def _captions(cues: Sequence[Cue], cuts_s: Sequence[Fraction], directory: Path) -> Rendition:
    write_file(directory / CAPTIONS_NAME, write_webvtt(cues).encode())
    stretches = [(float(begin), float(end)) for begin, end in zip([Fraction(0), *cuts_s], cuts_s, strict=False)]
    segments = []
    for number, (text, (begin, end)) in enumerate(zip(cut(cues, stretches), stretches, strict=True)):
        segments.append(Segment(f"c-{number}.vtt", end - begin))
        write_file(directory / segments[-1].name, text.encode())
    return Rendition(tuple(segments))


def _poster(container: InputContainer, video: VideoStream) -> bytes:
    """Return the picture at two seconds, or a shorter film's last picture, as JPEG. Raises FilmRefused."""
    container.seek(0)
    file = io.BytesIO()
    video.codec_context.options = DECODER
    try:
        for frame in islice(container.decode(video), MOST_POSTER_PICTURES):
            picture = frame
            if frame.time is not None and frame.time >= SEGMENT_S:
                break
    except av.FFmpegError as error:
        raise FilmRefused("This film’s pictures are damaged. Please export it anew.") from error
    picture.to_image().save(file, "JPEG", quality=POSTER_QUALITY)  # type: ignore[no-untyped-call]
    return file.getvalue()


def _begins_s(packet: AnyPacket) -> Fraction:
    return (packet.pts or 0) * packet.time_base


def _lasts_s(packet: AnyPacket) -> Fraction:
    return (packet.duration or 0) * packet.time_base


def _ends_s(packet: AnyPacket) -> Fraction:
    return _begins_s(packet) + _lasts_s(packet)
