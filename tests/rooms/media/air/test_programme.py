"""A programme of known content, checked by the pictures and sounds that a viewer gets."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from loadtests.results import Figure, record
from rooms.media.air import programme as programmes
from rooms.media.air.disk import read_journals
from rooms.media.air.programme import Feed, Programme
from rooms.media.rtc.samples import Picture, Sound
from rooms.playback.recording import missing
from tests.rooms.media.speaker import FLASH_FRAME, FRAMES_PER_S, LOOP_S, Speaker, feed
from tests.rooms.media.watching import beeps, flashes, frames

EPOCH_S = 1_700_000_000.0
LIP_SYNC_S = 0.045
WRITTEN_WITHIN_S = 60

Stage = Callable[..., Programme]


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    """A programme with a speaker on air."""
    programme = Programme(tmp_path, epoch_s=EPOCH_S, ask_keyframe=lambda source: None)
    programme.add("speaker")
    programme.on_air(["speaker"])
    programme.take("speaker")
    return programme


def end(programme: Programme) -> None:
    programme.end().result(WRITTEN_WITHIN_S)


def truths(speaker: Speaker, seconds: float) -> list[float]:
    """Return the times of the speaker's flashes and beeps, seconds since 1970."""
    first = speaker.begins_s + EPOCH_S + FLASH_FRAME / FRAMES_PER_S
    return [first + LOOP_S * number for number in range(int(seconds / LOOP_S))]


def assert_together(directory: Path, count: int) -> None:
    seen, heard = flashes(directory), beeps(directory)
    assert len(seen) == len(heard) == count
    for flash, beep in zip(seen, heard, strict=True):
        assert abs(flash - beep) < LIP_SYNC_S


def test_picture_and_sound_are_together_although_the_picture_travels_longer_and_timestamps_wrap(
    programme: Programme, tmp_path: Path
) -> None:
    feed(programme, Speaker(picture_late_s=0.25, sound_late_s=0.02), seconds=12)
    end(programme)
    assert_together(tmp_path, 6)


def test_what_is_seen_carries_the_date_at_which_it_happened(programme: Programme, tmp_path: Path) -> None:
    speaker = Speaker()
    feed(programme, speaker, seconds=8)
    end(programme)
    for seen, truth in zip(flashes(tmp_path), truths(speaker, 8), strict=True):
        assert 0 <= seen - truth < 0.1  # the way of the quickest packet cannot be told from the clocks' difference


def test_without_reports_both_are_dated_by_their_arrival(programme: Programme, tmp_path: Path) -> None:
    feed(programme, Speaker(picture_late_s=0.05, sound_late_s=0.05, first_report_s=60), seconds=10)
    end(programme)
    assert_together(tmp_path, 5)


def test_reports_that_come_late_leave_picture_and_sound_together(programme: Programme, tmp_path: Path) -> None:
    feed(programme, Speaker(first_report_s=5, picture_late_s=0.06, sound_late_s=0.03), seconds=14)
    end(programme)
    assert_together(tmp_path, 7)


def test_a_senders_clock_that_is_set_moves_nothing(programme: Programme, tmp_path: Path) -> None:
    feed(programme, Speaker(), seconds=6)
    feed(programme, Speaker(ahead_s=-86_400), seconds=12, since_s=6)
    end(programme)
    assert_together(tmp_path, 6)
    assert read_journals(tmp_path)["video"].runs == 1


def test_every_segment_is_two_seconds_and_begins_with_a_keyframe(programme: Programme, tmp_path: Path) -> None:
    feed(programme, Speaker(), seconds=10)
    end(programme)
    journals = read_journals(tmp_path)
    assert all(1.5 <= segment.seconds <= 2.2 for segment in journals["video"].listed[:-1])
    assert journals["video"].is_over and journals["audio"].is_over
    assert abs(journals["video"].seconds - journals["audio"].seconds) < 0.1
    assert len(list(frames(tmp_path, "video"))) == 10 * FRAMES_PER_S


def test_a_keyframe_is_asked_for_when_one_is_due_and_not_before(tmp_path: Path) -> None:
    asked: list[str] = []
    programme = Programme(tmp_path, epoch_s=EPOCH_S, ask_keyframe=asked.append)
    programme.add("speaker")
    programme.take("speaker")
    feed(programme, Speaker(), seconds=20)
    end(programme)
    assert 9 <= len(asked) <= 14


def test_a_picture_of_another_size_goes_on_in_a_run_of_its_own(programme: Programme, tmp_path: Path) -> None:
    feed(programme, Speaker(), seconds=6)
    feed(programme, Speaker(size=(192, 144)), seconds=12, since_s=6)
    end(programme)
    journals = read_journals(tmp_path)
    assert journals["video"].runs == journals["audio"].runs == 2
    assert {frame.width for _, frame in frames(tmp_path, "video")} == {160, 192}
    assert_together(tmp_path, 6)
    assert not missing(journals["video"].stretches)


def test_a_source_that_is_taken_is_shown_from_its_next_keyframe_and_both_are_heard(tmp_path: Path) -> None:
    programme = Programme(tmp_path, epoch_s=EPOCH_S, ask_keyframe=lambda source: None)
    one, other = Speaker("one"), Speaker("other", size=(192, 144), begins_s=1000.7, ahead_s=-99.0)
    for speaker in (one, other):
        programme.add(speaker.name)
    programme.on_air(["one", "other"])
    programme.take("one")
    feed(programme, one, other, seconds=6)
    programme.take("other")
    feed(programme, one, other, seconds=12, since_s=6)
    end(programme)
    sizes = [frame.width for _, frame in frames(tmp_path, "video")]
    assert sizes == sorted(sizes) and {160, 192} == set(sizes)
    assert len(beeps(tmp_path)) == 12


def test_whoever_is_not_on_air_is_not_heard(programme: Programme, tmp_path: Path) -> None:
    quiet = Speaker("quiet", begins_s=1001.0)
    programme.add("quiet")
    feed(programme, Speaker(), quiet, seconds=8)
    end(programme)
    assert len(beeps(tmp_path)) == 4


def test_sound_goes_on_over_a_still_while_no_picture_comes(programme: Programme, tmp_path: Path) -> None:
    feed(programme, Speaker(silent=((4.0, 13.0),)), seconds=20)
    assert "no-picture" not in programme.troubles
    end(programme)
    journals = read_journals(tmp_path)
    assert journals["video"].runs == 1
    assert all(segment.seconds < 3 for segment in journals["video"].listed)
    assert len(beeps(tmp_path)) == 10


def test_a_publisher_that_vanishes_ends_the_run_and_the_recording_says_where_something_is_missing(
    programme: Programme, tmp_path: Path
) -> None:
    speaker = Speaker()
    feed(programme, speaker, seconds=6)
    for tick in range(100):
        programme.tick(speaker.begins_s + 6 + tick / 5)
    assert {"no-picture", "no-sound"} <= programme.troubles
    feed(programme, speaker, seconds=30, since_s=26)
    end(programme)
    (gap,) = missing(read_journals(tmp_path)["video"].stretches)
    assert 19 < gap.seconds < 21
    assert abs(gap.begins_at.timestamp() - (speaker.begins_s + 6 + EPOCH_S)) < 0.2


def test_who_goes_on_air_has_a_moment_before_nobody_is_said_to_be_heard(programme: Programme) -> None:
    begins_s = Speaker().begins_s
    programme.on_air([])
    programme.tick(begins_s)
    programme.on_air(["speaker"])
    for second, said in ((10, False), (14, False), (16, True)):
        programme.tick(begins_s + second)
        assert ("no-sound" in programme.troubles) == said
    programme.on_air([])
    programme.tick(begins_s + 17)
    assert "no-sound" not in programme.troubles


@pytest.mark.soak
def test_picture_and_sound_do_not_drift_apart(programme: Programme, tmp_path: Path, soak: bool) -> None:
    """Run a sound card too fast: as fast as the worst real ones for half an hour, or ten times that for 40 s."""
    seconds, drift = (1800, 200e-6) if soak else (40, 2e-3)
    feed(programme, Speaker(drift=drift), seconds=seconds)
    end(programme)
    seen, heard = flashes(tmp_path), beeps(tmp_path)
    assert len(seen) == len(heard) == seconds / LOOP_S
    ran_ahead_s = [LOOP_S * number * (1 - 1 / (1 + drift)) for number in range(len(seen))]
    apart_s = [abs(flash - beep - ran) for flash, beep, ran in zip(seen, heard, ran_ahead_s, strict=True)]
    assert max(apart_s) < LIP_SYNC_S
    if soak:
        tenth = len(apart_s) // 10
        figures = [
            Figure("picture and sound apart", [1000 * each for each in apart_s], "ms", at_most=1000 * LIP_SYNC_S),
            Figure("in the last three minutes", [1000 * each for each in apart_s[-tenth:]], "ms"),
        ]
        notes = [f"{seconds // 60} min of a speaker of known truth whose sound card is 200 ppm fast; timestamps wrap."]
        print(record("Drift of picture and sound", "make soak", figures, notes))


def test_pictures_without_a_keyframe_are_missed_and_told_until_the_next_one(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programmes, "MOST_WITHOUT_KEYFRAME_BYTES", 100_000)
    speaker, most_bytes, told = Speaker(), 0, False
    arriving = sorted(speaker.samples(12), key=lambda each: each[0])
    for received_at_s, sample in arriving:
        if isinstance(sample, Picture):
            is_keyframe = sample.is_keyframe and (received_at_s < 1_001 or received_at_s > 1_009)
            data = sample.data if sample.is_keyframe else sample.data + bytes(4_000)
            programme.picture("speaker", replace(sample, data=data, is_keyframe=is_keyframe))
        elif isinstance(sample, Sound):
            programme.sound("speaker", sample)
        else:
            programme.report("speaker", *sample)
        programme.tick(received_at_s)
        run = programme._packager.run
        if run is not None:
            held_bytes = sum(len(each.data) for each in run.pictures._segmenter.samples)
            most_bytes = max(most_bytes, held_bytes)
        told = told or "no-picture" in programme.troubles
    assert told
    assert most_bytes < 150_000
    assert "no-picture" not in programme.troubles
    end(programme)


def test_samples_that_no_clock_can_date_are_not_kept_without_end() -> None:
    waiting = Feed()
    for number in range(100):
        waiting.hold(Picture(number, bytes(1_000_000), False, 0.0))
        assert sum(len(each.data) for each in waiting.waiting) <= programmes.MOST_UNDATED_BYTES + 2_000_000
