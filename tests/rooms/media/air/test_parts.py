"""A programme in parts: its playlists, and the parts that a player gets."""

import io
import re
from itertools import groupby
from pathlib import Path

import av
import pytest

from rooms.errors import TooFarAhead
from rooms.media.air.disk import read_journals
from rooms.media.air.programme import Programme
from rooms.playback import parts
from rooms.playback.film_file import read_index
from rooms.playback.parts import KEPT_SEGMENTS, LISTED_SEGMENTS, PART_S
from rooms.playback.recording import RENDITIONS, Recording, RenditionJournal, init_name
from tests.rooms.media.speaker import Speaker, feed
from tests.waiting import wait_until

WRITTEN_WITHIN_S = 60
DESCRIBED = re.compile(r'#EXT-X-PART:DURATION=([\d.]+),URI="([^"]+)"(,INDEPENDENT=YES)?')


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a programme that goes on, with ten segments and some parts of the eleventh."""
    directory = tmp_path_factory.mktemp("parts")
    programme = Programme(directory, epoch_s=1_700_000_000.0, ask_keyframe=lambda source: None, in_parts=True)
    programme.add("speaker")
    programme.on_air(["speaker"])
    programme.take("speaker")
    feed(programme, Speaker(), seconds=21)
    programme.disk.add_part("video", 0, None, PART_S, b"last", is_keyframe=False)
    wait_until(lambda: [(directory / each.name).read_bytes() for each in listed(directory, "video")[-1:]] == [b"last"])
    return directory


def listed(directory: Path, rendition: str) -> list[parts.Part]:
    try:
        return parts.read((directory / parts.list_name(rendition)).read_bytes())
    except FileNotFoundError:
        return []


def recording(directory: Path) -> Recording:
    film = read_index(directory)
    return Recording(film, read_journals(directory), {name: listed(directory, name) for name in RENDITIONS})


@pytest.mark.parametrize("rendition", ["video", "audio"])
def test_the_parts_of_the_newest_segments_are_kept_and_all_but_the_last_are_near_the_target(
    directory: Path, rendition: str
) -> None:
    journal, all_parts = read_journals(directory)[rendition], listed(directory, rendition)
    assert {part.segment for part in all_parts[:-1]} >= set(journal.numbers[-KEPT_SEGMENTS:])
    for _, group in groupby(all_parts, key=lambda part: part.segment):
        *full, last = group
        assert all(0.85 * PART_S <= part.seconds <= PART_S + 1e-6 for part in full)
        assert last.seconds <= PART_S + 1e-6
    assert {path.name for path in directory.glob(f"{RENDITIONS[rendition]}-*.*.m4s")} == {
        each.name for each in all_parts
    }


@pytest.mark.parametrize("rendition", ["video", "audio"])
def test_the_parts_of_a_segment_hold_what_it_holds(directory: Path, rendition: str) -> None:
    letter, journal = RENDITIONS[rendition], read_journals(directory)[rendition]
    init = (directory / init_name(letter, 0)).read_bytes()

    def dated(*files: str) -> list[int | None]:
        content = init + b"".join((directory / name).read_bytes() for name in files)
        with av.open(io.BytesIO(content), "r") as container:
            return [frame.pts for frame in container.decode(container.streams[0])]

    newest = journal.listed[-1]
    pieces = [part.name for part in listed(directory, rendition) if part.segment == journal.numbers[-1]]
    assert len(pieces) >= 5
    assert dated(*pieces) == dated(newest.name)


def test_the_playlist_says_how_to_stay_close_and_what_comes_next(directory: Path) -> None:
    sent = recording(directory)
    text = sent.playlist("video", "k/")
    assert "CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.200" in text
    assert "#EXT-X-PART-INF:PART-TARGET=0.400" in text
    described = DESCRIBED.findall(text)
    oldest = sent.journals["video"].numbers[-LISTED_SEGMENTS]
    newest_ones = [each for each in listed(directory, "video") if each.segment >= oldest]
    assert [name for _, name, _ in described] == [f"k/{each.name}" for each in newest_ones]
    newest = sent.newest_parts("video")
    assert newest and text.rstrip().endswith(f'URI="k/v-{newest[0].segment}.{len(newest)}.m4s"')
    assert sum(bool(independent) for _, _, independent in described) == len({each.segment for each in newest_ones})


def test_who_waits_for_a_part_or_a_segment_waits_until_it_is_listed(directory: Path) -> None:
    sent = recording(directory)
    count, newest = len(sent.journals["video"].listed), len(sent.newest_parts("video"))
    assert sent.has_come_to("video", count - 1, None) and sent.has_come_to("video", count, newest - 1)
    assert not sent.has_come_to("video", count, newest) and not sent.has_come_to("video", count, None)
    with pytest.raises(TooFarAhead):
        sent.has_come_to("video", count + 3, 0)
    over = RenditionJournal(sent.journals["video"].listed, is_over=True)
    assert Recording(sent.film, {"video": over}).has_come_to("video", count + 5, None)


def test_a_part_is_there_while_it_is_listed(directory: Path) -> None:
    sent = recording(directory)
    assert sent.lists(sent.newest_parts("video")[0].name)
    assert not sent.lists("v-0.0.m4s") and not sent.lists("v-19.0.m4s")


def test_a_run_can_be_begun_with_its_first_part(directory: Path) -> None:
    sent = recording(directory)
    assert not sent.lists("v-1.mp4")
    begun = parts.Part(parts.part_name("v", sent.journals["video"].numbers.stop, 0), PART_S, True, run=1)
    assert sent._replace(parts={"video": [begun]}).lists("v-1.mp4")


def test_when_the_session_ends_only_segments_are_left(tmp_path: Path) -> None:
    programme = Programme(tmp_path, epoch_s=1_700_000_000.0, ask_keyframe=lambda source: None, in_parts=True)
    programme.add("speaker")
    programme.on_air(["speaker"])
    programme.take("speaker")
    feed(programme, Speaker(), seconds=5)
    programme.end().result(WRITTEN_WITHIN_S)
    assert "PART" not in recording(tmp_path).playlist("video", "")
    assert not list(tmp_path.glob("*.*.m4s")) and not list(tmp_path.glob("*.json.partial"))
    assert not listed(tmp_path, "video")
