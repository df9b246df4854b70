"""The finished film: pictures that move, sound that is heard, the words of the cards."""

import math
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import ImageChops

from rooms.media.films.cards import HEIGHT, WIDTH, CardPainter, Typeface
from rooms.media.films.film import FRAMES_PER_S, KEYFRAME_S
from rooms.media.films.sound import PEAK, RATE_HZ, compose, loudness
from rooms.media.films.spec import FilmSpec, SpecRefused


def test_the_film_has_a_keyframe_every_two_seconds(film: Path, spec: FilmSpec) -> None:
    with av.open(str(film)) as container:
        video = container.streams.video[0]
        packets = [packet for packet in container.demux(video) if packet.pts is not None]
    assert len(packets) == spec.seconds * FRAMES_PER_S
    keyframes = [float(packet.pts * packet.time_base) for packet in packets if packet.is_keyframe]
    assert keyframes == [0, KEYFRAME_S, 2 * KEYFRAME_S, 3 * KEYFRAME_S, 4 * KEYFRAME_S]


def test_every_picture_differs_from_the_one_before(film: Path) -> None:
    with av.open(str(film)) as container:
        pictures = [frame.to_image() for frame in container.decode(container.streams.video[0])]
    assert pictures[0].size == (WIDTH, HEIGHT)
    assert all(
        ImageChops.difference(a, b).getbbox()
        for a, b in zip(pictures[::FRAMES_PER_S], pictures[FRAMES_PER_S::FRAMES_PER_S], strict=False)
    )


def test_the_sound_is_heard_throughout(film: Path) -> None:
    with av.open(str(film)) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.layout.name) == (RATE_HZ, "stereo")
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1)
    middle = sound[:, RATE_HZ * 2 : RATE_HZ * 7]
    each_second = np.sqrt(np.square(middle).reshape(2, 5, RATE_HZ).mean(axis=2))
    assert (20 * np.log10(each_second) > -40).all()
    assert np.abs(sound).max() < 1


def test_the_same_seed_gives_the_same_music() -> None:
    music = compose(3, seed=7)
    assert np.array_equal(music, compose(3, seed=7))
    assert not np.array_equal(music, compose(3, seed=8))
    assert music.shape == (2, 3 * RATE_HZ)
    assert np.abs(music).max() <= PEAK


def test_loudness_lies_between_silence_and_the_loudest() -> None:
    levels = loudness(compose(3, seed=7), 10)
    assert len(levels) == 30
    assert levels.min() >= 0
    assert math.isclose(levels.max(), 1, abs_tol=1e-6)


def test_long_words_on_a_card_are_made_to_fit(spec: FilmSpec) -> None:
    words = "Mental health was not on the list. Assembly members wrote it in themselves, one after another. " * 3
    long = replace(spec, cards=(replace(spec.cards[0], text=words), *spec.cards))
    assert len(CardPainter(long, Typeface()).cards) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"accent": "red"},
        {"cards": []},
        {"cards": [{"text": " ", "seconds": 3}]},
        {"cards": [{"text": "too short", "seconds": 0}]},
        {"cards": [{"text": "for ever", "seconds": 1e9}]},
        {"cards": [{"text": "no length"}]},
        {"cards": 5},
        {"title": None, "seed": "x"},
    ],
)
def test_what_no_film_can_be_made_from_is_refused(change: dict[str, object]) -> None:
    sound = {"title": "T", "speaker": "S", "accent": "#005a66", "cards": [{"text": "Hello", "seconds": 3}]}
    with pytest.raises(SpecRefused):
        FilmSpec.from_json({**sound, **change})
