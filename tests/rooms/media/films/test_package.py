"""Packaging: every segment plays, at the time that the index states."""

import io
import json
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from rooms.media.__main__ import main
from rooms.media.films import package as packaging
from rooms.media.films.captions import cues_of
from rooms.media.films.package import FilmRefused, package
from rooms.media.films.spec import FilmSpec
from rooms.media.recordings.check import check_film
from rooms.media.recordings.download import FAST_START
from rooms.playback.film_file import read_index
from rooms.playback.film_index import CAPTIONS_NAME, INDEX_NAME, POSTER_NAME, FilmIndex, Rendition
from rooms.playback.webvtt import read_webvtt

Packaged = tuple[Path, FilmIndex]


def decoded(directory: Path, rendition: Rendition, number: int) -> list[float]:
    """Decode a segment with its initialisation segment alone; returns the times of its frames, seconds."""
    assert rendition.init
    whole = (directory / rendition.init).read_bytes() + (directory / rendition.segments[number].name).read_bytes()
    with av.open(io.BytesIO(whole)) as container:
        return [float(frame.time) for frame in container.decode(container.streams[0])]


def test_each_segment_decodes_by_itself_at_its_own_time(packaged: Packaged) -> None:
    directory, index = packaged
    assert [segment.seconds for segment in index.video.segments] == [2, 2, 2, 2, 1]
    for number, segment in enumerate(index.video.segments):
        times = decoded(directory, index.video, number)
        assert times[0] == pytest.approx(2 * number)
        assert len(times) == segment.seconds * index.frame_rate


def test_sound_is_cut_where_the_pictures_are(packaged: Packaged) -> None:
    directory, index = packaged
    assert len(index.audio.segments) == len(index.video.segments)
    for number in range(len(index.audio.segments)):
        assert decoded(directory, index.audio, number)[0] == pytest.approx(2 * number, abs=1024 / 48000)
    assert sum(segment.seconds for segment in index.audio.segments) == pytest.approx(9, abs=2048 / 48000)


def test_a_segment_is_one_fragment_dated_by_the_film(packaged: Packaged) -> None:
    directory, index = packaged
    fragment = (directory / index.video.segments[2].name).read_bytes()
    assert fragment[4:8] == b"moof"
    at = fragment.index(b"tfdt")
    version, time = struct.unpack(">B3xQ", fragment[at + 4 : at + 16])
    header = (directory / (index.video.init or "")).read_bytes()
    timescale = struct.unpack(">I", header[header.index(b"mdhd") + 16 :][:4])[0]
    assert (version, time) == (1, 4 * timescale)


def test_the_index_says_what_a_player_must_know(packaged: Packaged) -> None:
    directory, index = packaged
    assert (index.width, index.height, index.frame_rate) == (640, 360, 10)
    assert index.video.codecs and index.video.codecs.startswith("avc1.4d")
    assert index.audio.codecs == "mp4a.40.2"
    assert index.video.bandwidth >= index.video.average_bandwidth > 0
    assert json.loads((directory / INDEX_NAME).read_text())["duration"] == 9
    assert read_index(directory) == index


def test_the_captions_are_the_words_of_the_cards(packaged: Packaged, spec: FilmSpec) -> None:
    directory, index = packaged
    assert index.captions is not None
    assert [cue.text for cue in read_webvtt((directory / CAPTIONS_NAME).read_text())] == [
        cue.text for cue in cues_of(spec.cards)
    ]
    assert "wrist" in (directory / index.captions.segments[0].name).read_text()


def test_the_poster_is_a_picture_of_the_film(packaged: Packaged) -> None:
    with Image.open(packaged[0] / POSTER_NAME) as poster:
        assert poster.size == (640, 360)


def test_what_is_not_a_film_is_refused_in_words(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("not a film")
    with pytest.raises(FilmRefused, match="not a film that can be read"):
        package(text, tmp_path / "out", "Notes")
    assert not (tmp_path / "out" / INDEX_NAME).exists()


@pytest.mark.parametrize(
    ("pictures", "sound", "why"),
    [
        (None, "aac", "no pictures"),
        ("libx264", None, "no sound"),
        ("mpeg4", "aac", "mpeg4 pictures and aac sound.*H.264 and AAC"),
        ("libx264", "flac", "h264 pictures and flac sound"),
    ],
)
def test_a_film_of_other_streams_is_told_what_it_has(
    tmp_path: Path, pictures: str | None, sound: str | None, why: str
) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream(pictures, rate=10) if pictures else None
        audio = container.add_stream(sound, rate=48000) if sound else None
        if video:
            video.width = video.height = 64
            video.pix_fmt = "yuv420p"
            container.mux(video.encode(av.VideoFrame.from_image(Image.new("RGB", (64, 64)))))
            container.mux(video.encode(None))
        if audio:
            samples = np.zeros((1, 2048), np.int16)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
            frame.sample_rate = 48000
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    with pytest.raises(FilmRefused, match=why):
        package(path, tmp_path / "out", "A film")


def huge_film(path: Path) -> Path:
    """Make a film with pictures larger than 4K."""
    with av.open(str(path), "w", format="mp4") as container:
        pictures, sound = container.add_stream("libx264", rate=1), container.add_stream("aac", rate=48_000)
        pictures.width, pictures.height, pictures.pix_fmt = 4_112, 2_320, "yuv420p"
        pictures.options, sound.layout = {"preset": "ultrafast", "x264-params": "keyint=1"}, "stereo"
        for number in range(2):
            frame = av.VideoFrame(4_112, 2_320, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1)
            container.mux(pictures.encode(frame))
        for number in range(94):
            quiet = av.AudioFrame.from_ndarray(np.zeros((2, 1_024), np.float32), format="fltp", layout="stereo")
            quiet.sample_rate, quiet.pts, quiet.time_base = 48_000, number * 1_024, Fraction(1, 48_000)
            container.mux(sound.encode(quiet))
        container.mux(pictures.encode(None))
        container.mux(sound.encode(None))
    return path


def test_a_film_with_pictures_larger_than_4k_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilmRefused, match="4112 × 2320"):
        package(huge_film(tmp_path / "huge.mp4"), tmp_path / "out", "Huge")
    assert not (tmp_path / "out" / INDEX_NAME).exists()


def test_pictures_that_are_larger_than_the_header_says_are_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaging, "MOST_PIXELS", 1 << 30)
    with pytest.raises(FilmRefused, match="damaged"):
        package(huge_film(tmp_path / "huge.mp4"), tmp_path / "out", "Huge")
    with monkeypatch.context() as anything:
        anything.setattr(packaging, "DECODER", {})
        package(tmp_path / "huge.mp4", tmp_path / "packaged", "Huge")
    found = check_film(tmp_path / "packaged")
    assert any("v-0.m4s cannot be played" in fault for fault in found.faults)


@pytest.mark.parametrize("first", ["index", "packets"])
def test_a_film_that_was_cut_short_on_its_way_is_refused(film: Path, tmp_path: Path, first: str) -> None:
    whole = tmp_path / "whole.mp4"
    with av.open(str(film)) as source, av.open(str(whole), "w", options=FAST_START if first == "index" else {}) as copy:
        streams = [copy.add_stream_from_template(stream) for stream in source.streams]
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                copy.mux(packet)
    part = tmp_path / "part.mp4"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 4])
    why = r"Only 0:0[4-7] of this film’s 0:09" if first == "index" else "not the whole of one"
    with pytest.raises(FilmRefused, match=why):
        package(part, tmp_path / "out", "A film")
    assert not (tmp_path / "out" / INDEX_NAME).exists()


def test_the_command_makes_films_once_and_says_how_far_it_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    description = tmp_path / "minds.json"
    spec = {"title": "T", "speaker": "S", "accent": "#005a66", "cards": [{"text": "Hello", "seconds": 2}]}
    description.write_text(json.dumps(spec))
    assert main(["film", str(description), "--to", str(tmp_path / "films")]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "film 1/1 100 %"
    assert read_index(tmp_path / "films" / "minds").source

    assert main(["film", str(description), "--to", str(tmp_path / "films")]) == 0
    assert capfd.readouterr().out == ""

    description.write_text(json.dumps({**spec, "title": "Another"}))
    assert main(["film", str(description), "--to", str(tmp_path / "films")]) == 0
    remade = read_index(tmp_path / "films" / "minds")
    assert remade.title == "Another"
    assert [path.name for path in (tmp_path / "films").iterdir()] == ["minds"]


def test_the_command_packages_a_film_with_captions(film: Path, tmp_path: Path) -> None:
    captions = tmp_path / "words.vtt"
    captions.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nHello")
    assert main(["package", str(film), str(tmp_path / "out"), "--captions", str(captions)]) == 0
    index = read_index(tmp_path / "out")
    assert index is not None and index.title == "film" and index.captions is not None


@pytest.mark.parametrize("words", [["film", "missing.json", "--to", "."], ["package", "missing.mp4", "out"]])
def test_a_users_mistake_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = [str(tmp_path / word) if "." in word and len(word) > 1 else word for word in words]
    words = [str(tmp_path / "out") if word == "out" else word for word in words]
    assert main(words) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
