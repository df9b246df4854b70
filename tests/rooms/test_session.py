"""The wave of a reaction: by its media time, live until two minutes after the end."""

import pytest
from msgspec import structs

from rooms.session import Status, wave_of
from tests.rooms.fakes import NOON

START, END = NOON, NOON + 1_800_000


def status(state: str, *, recording: str = "none") -> Status:
    started = None if state in ("scheduled", "cancelled") else START
    return Status(state, START, END, started, END if state == "ended" else None, recording)


def test_a_clap_six_seconds_behind_the_last_second_is_live():
    assert wave_of(status("ended", recording="open"), at_ms=END - 500, received_ms=END + 5_500) == "live"


@pytest.mark.parametrize(("after", "wave"), [(120_000, "live"), (120_001, "on demand")])
def test_the_closing_applause_counts_for_two_minutes(after, wave):
    assert wave_of(status("ended", recording="open"), at_ms=END - 1, received_ms=END + after) == wave


def test_the_next_day_it_is_on_demand_if_the_recording_is_open():
    tomorrow = END + 86_400_000
    assert wave_of(status("ended", recording="open"), at_ms=START + 60_000, received_ms=tomorrow) == "on demand"
    for recording in ("none", "ready", "withdrawn"):
        assert wave_of(status("ended", recording=recording), at_ms=START + 60_000, received_ms=tomorrow) == "too-late"


@pytest.mark.parametrize("state", ["scheduled", "cancelled"])
def test_nothing_can_be_applauded_that_has_not_begun(state):
    assert wave_of(status(state), at_ms=None, received_ms=START - 1) == "not-live"
    assert wave_of(status(state), at_ms=START + 5, received_ms=START + 5) == "not-live"


@pytest.mark.parametrize("state", ["live", "paused"])
def test_without_a_media_time_the_arrival_stands_for_it(state):
    assert wave_of(status(state), at_ms=None, received_ms=START + 60_000) == "live"


def test_without_a_media_time_the_grace_still_holds():
    assert wave_of(status("ended"), at_ms=None, received_ms=END + 119_000) == "live"
    assert wave_of(status("ended"), at_ms=None, received_ms=END + 121_000) == "too-late"


def test_a_media_time_from_before_the_start_or_from_the_future_is_not_live():
    assert wave_of(status("live"), at_ms=START - 60_000, received_ms=START + 60_000) == "not-live"
    assert wave_of(status("live"), at_ms=START + 120_000, received_ms=START + 60_000) == "not-live"


def test_a_clock_a_little_wrong_is_believed():
    assert wave_of(status("live"), at_ms=START + 61_000, received_ms=START + 60_000) == "live"


@pytest.mark.parametrize("state", ["live", "paused"])
def test_a_closed_event_takes_no_reaction_to_a_session_that_still_runs(state):
    closed = structs.replace(status(state), event_closed=True)
    assert wave_of(closed, at_ms=START + 60_000, received_ms=START + 60_000) == "not-live"


def test_a_closed_event_still_takes_the_applause_for_its_recordings():
    closed = structs.replace(status("ended", recording="open"), event_closed=True)
    assert wave_of(closed, at_ms=END - 1, received_ms=END + 1_000) == "live"
    assert wave_of(closed, at_ms=END - 1, received_ms=END + 86_400_000) == "on demand"
