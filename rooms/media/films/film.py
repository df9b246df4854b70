"""Makes a title-card film with sound: H.264 and AAC in MP4, with a keyframe every two seconds."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from PIL import Image

from rooms.media.films.cards import BARS, HEIGHT, WIDTH, CardPainter, Typeface
from rooms.media.films.package import Progress
from rooms.media.films.sound import RATE_HZ, Samples, compose, loudness
from rooms.media.films.spec import FilmSpec

FRAMES_PER_S = 10
KEYFRAME_S = 2
FADE_S = 0.5
AUDIO_BITS_PER_S = 96_000
AAC_FRAME_SAMPLES = 1024
BT709 = 1
"""The number of ITU-R BT.709 in every colour field of H.264 (ITU-T H.273)."""


def make_film(spec: FilmSpec, path: Path, typeface: Typeface, progress: Progress) -> None:
    """Draw, compose and encode a film on one core."""
    music = compose(spec.seconds, spec.seed)
    with av.open(str(path), "w", format="mp4") as container:
        video = _video_stream(container.add_stream("libx264", rate=FRAMES_PER_S))
        audio = _audio_stream(container.add_stream("aac", rate=RATE_HZ))
        sound = _sound_frames(music)
        heard_s = 0.0
        count = round(spec.seconds * FRAMES_PER_S)
        for number, picture in enumerate(_pictures(spec, typeface, loudness(music, FRAMES_PER_S), count)):
            container.mux(video.encode(_video_frame(picture, number)))
            while heard_s <= number / FRAMES_PER_S and (frame := next(sound, None)):
                container.mux(audio.encode(frame))
                heard_s += AAC_FRAME_SAMPLES / RATE_HZ
            if number % FRAMES_PER_S == 0:
                progress(number / count)
        for frame in sound:
            container.mux(audio.encode(frame))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    progress(1)


def _pictures(spec: FilmSpec, typeface: Typeface, levels: Samples, count: int) -> Iterator[Image.Image]:
    """Yield every picture in order; each card fades in over the one before."""
    painter = CardPainter(spec, typeface)
    begins_s = np.cumsum([0, *(card.seconds for card in spec.cards)])
    quiet = [0.0] * BARS
    for number in range(count):
        at_s = number / FRAMES_PER_S
        shown = int(np.searchsorted(begins_s, at_s, side="right")) - 1
        card, palette = painter.cards[shown]
        fade = (at_s - begins_s[shown]) / FADE_S
        before = painter.cards[max(shown - 1, 0)][0]
        picture = Image.blend(before, card, fade) if fade < 1 else card.copy()
        painter.finish(picture, palette, at_s, [*quiet, *levels[max(number - BARS, 0) : number]][-BARS:])
        yield picture


def _video_stream(stream: VideoStream) -> VideoStream:
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    interval = FRAMES_PER_S * KEYFRAME_S
    stream.options = {
        "preset": "veryfast",
        "profile": "main",
        "crf": "24",
        "x264-params": f"keyint={interval}:min-keyint={interval}:scenecut=0:bframes=0",
    }
    context = stream.codec_context
    context.thread_count = 1
    context.color_primaries = context.color_trc = context.colorspace = context.color_range = BT709
    return stream


def _audio_stream(stream: AudioStream) -> AudioStream:
    stream.layout = "stereo"
    stream.bit_rate = AUDIO_BITS_PER_S
    stream.options = {"aac_coder": "fast"}
    return stream


def _video_frame(picture: Image.Image, number: int) -> av.VideoFrame:
    coloured: av.VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
    frame = coloured.reformat(format="yuv420p", dst_colorspace=BT709, threads=1)
    frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
    return frame


def _sound_frames(music: Samples) -> Iterator[av.AudioFrame]:
    for begins_sample in range(0, music.shape[1], AAC_FRAME_SAMPLES):
        samples = np.ascontiguousarray(music[:, begins_sample : begins_sample + AAC_FRAME_SAMPLES])
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, begins_sample, Fraction(1, RATE_HZ)
        yield frame
