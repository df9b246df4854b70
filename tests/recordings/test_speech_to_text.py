"""The command that listens: what it is given, and what becomes of one that does not end."""

import asyncio
import os
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rooms.playback.film_index import FilmIndex, Rendition
from rooms.playback.recording import ListedSegment, Recording, RenditionJournal
from rooms.playback.stage_cuts import StageCut
from server.playback.programmes import SentByStage
from server.recordings.speech_to_text import MOST_BYTES, NotUnderstood, SpeechListener
from server.settings import Settings
from tests.waiting import until

WITHIN_S = 60.0
NOON = datetime(2026, 6, 28, 12, tzinfo=UTC)


def listener(script: str) -> SpeechListener:
    return SpeechListener(Settings(speech_to_text=shlex.join([sys.executable, "-c", script])))


async def test_it_gets_the_sound_and_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLENARY_SECRET", "8d5f2c")
    monkeypatch.setenv("DATABASE_URL", "postgresql://plenary:8d5f2c@localhost/plenary")
    monkeypatch.setenv("MODEL", "small")
    printed = await listener("import os, sys; print(sys.argv[-1], dict(os.environ))").listen(
        tmp_path / "a talk.wav", WITHIN_S
    )
    assert str(tmp_path / "a talk.wav") in printed and "'MODEL': 'small'" in printed
    assert "8d5f2c" not in printed


async def test_one_that_does_not_end_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    child = f"import os, pathlib, signal; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); signal.pause()"
    work = asyncio.create_task(
        listener(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])").listen(
            tmp_path / "a.wav", WITHIN_S
        )
    )
    await until(lambda: pid.exists() and pid.read_text() != "")
    work.cancel()
    await asyncio.wait([work])
    await until(lambda: not is_running(int(pid.read_text())))


async def test_its_time_and_its_words_have_an_end(tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood, match="stopped"):
        await listener("import signal; signal.pause()").listen(tmp_path / "a.wav", 0.2)
    with pytest.raises(NotUnderstood, match="more than any talk"):
        await listener("while True: print('word ' * 1000)").listen(tmp_path / "a.wav", WITHIN_S)
    with pytest.raises(NotUnderstood, match="no caption could be"):
        await listener(f"print('word' * {MOST_BYTES})").listen(tmp_path / "a.wav", WITHIN_S)


def test_the_sound_of_a_stage_begins_where_the_film_says() -> None:
    """Half a minute lay between two runs: the film goes on without it. The sound was late by 0.25 s each time."""
    late = timedelta(seconds=0.25)
    again = NOON + timedelta(seconds=34)
    video = [
        ListedSegment("v-0.m4s", 2, 0, NOON),
        ListedSegment("v-1.m4s", 2, 0),
        ListedSegment("v-2.m4s", 2, 1, again),
    ]
    audio = [
        ListedSegment("a-0.m4s", 2, 0, NOON + late),
        ListedSegment("a-1.m4s", 2, 0),
        ListedSegment("a-2.m4s", 2, 1, again + late),
    ]
    empty = Rendition(())
    film = FilmIndex("A talk", 640, 360, 30, empty, empty, None)
    whole = Recording(
        film, {"video": RenditionJournal(video, is_over=True), "audio": RenditionJournal(audio, is_over=True)}
    )
    assert SentByStage(StageCut(whole, 2.0)).sound_runs == [
        (0.25, ["a-0.mp4", "a-0.m4s", "a-1.m4s"]),
        (4.25, ["a-1.mp4", "a-2.m4s"]),
    ]


def is_running(pid: int) -> bool:
    """Not gone, and not dead with nobody to ask after it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
