"""A broadcast is trimmed between segments, and film seconds stay the same."""

from datetime import UTC, datetime, timedelta

from rooms.playback.recording import ListedSegment, Recording, RenditionJournal
from rooms.playback.stage_cuts import StageCut, beside
from tests.pages.films import index

BEGAN = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def broadcast(*runs: tuple[float, int]) -> Recording:
    """A recording of runs, each given as the second at which it begins and its segments; sound is cut later."""
    journals = {}
    for rendition, letter, late in (("video", "v", 0.0), ("audio", "a", 0.7)):
        listed: list[ListedSegment] = []
        for run, (begins, count) in enumerate(runs):
            for number in range(count):
                seconds = 2.0 + late * (number == 0) - late * (number == count - 1)
                name = f"{letter}-{len(listed)}.m4s"
                listed.append(ListedSegment(name, seconds, run, None if number else after(begins)))
        journals[rendition] = RenditionJournal(listed, is_over=True)
    return Recording(index(), journals)


def names(recording: Recording, rendition: str) -> list[str]:
    return [segment.name for segment in recording.journals[rendition].listed]


def test_an_untrimmed_broadcast_is_kept_as_it_is() -> None:
    whole = broadcast((0, 3), (60, 3))
    cut = StageCut(whole)
    assert cut.kept is whole
    assert (cut.begins_s, cut.length_s) == (0, 12)


def test_a_broadcast_is_trimmed_to_the_segments_of_picture_and_sound_that_meet_what_is_kept() -> None:
    cut = StageCut(broadcast((0, 4), (60, 4)), 3, 11)
    assert names(cut.kept, "video") == ["v-1.m4s", "v-2.m4s", "v-3.m4s", "v-4.m4s", "v-5.m4s"]
    assert names(cut.kept, "audio") == ["a-0.m4s", "a-1.m4s", "a-2.m4s", "a-3.m4s", "a-4.m4s", "a-5.m4s"]
    assert (cut.begins_s, cut.length_s) == (2, 10)
    assert cut.kept.journals["video"].listed[0].begins_at == after(2)
    assert cut.kept.lists("v-1.m4s") and cut.kept.lists("v-1.mp4")
    for gone in ("v-0.m4s", "v-6.m4s", "a-6.m4s"):
        assert not cut.kept.lists(gone)
    assert not StageCut(broadcast((0, 4), (60, 4)), 9).kept.lists("v-0.mp4")


def test_the_files_of_a_cut_are_those_of_each_run_that_is_kept() -> None:
    cut = StageCut(broadcast((0, 4), (60, 4)), 5, 9)
    assert cut.runs == [
        (["v-0.mp4", "v-2.m4s", "v-3.m4s"], ["a-0.mp4", "a-1.m4s", "a-2.m4s", "a-3.m4s"]),
        (["v-1.mp4", "v-4.m4s"], ["a-1.mp4", "a-4.m4s"]),
    ]
    assert cut.film_length_s == 16


def test_seconds_of_the_film_stay_where_they_are_when_a_broadcast_is_trimmed() -> None:
    whole = broadcast((0, 4), (60, 4))
    for cut in (StageCut(whole), StageCut(whole, 3), StageCut(whole, 3, 11)):
        second = cut.recording_second_at(after(61))
        assert second is not None
        assert cut.begins_s + second == 9
        assert cut.media_time_of(second) == after(61)
        assert cut.recording_second_of(9) == second
    assert StageCut(whole, 3).recording_second_at(after(1)) is None
    assert StageCut(whole, 3).recording_second_of(1) is None


def test_the_picture_beside_a_trimmed_broadcast_is_trimmed_to_the_same_stretch_of_time() -> None:
    main, other = broadcast((0, 4), (60, 4)), broadcast((5, 20))
    assert beside(other, StageCut(main)).kept is other
    kept = beside(other, StageCut(main, 3, 8)).kept
    assert names(kept, "video") == ["v-0.m4s", "v-1.m4s"]
    assert names(beside(broadcast((200, 3)), StageCut(main, 3, 8)).kept, "video") == []
