"""A recording's sound as a file for speech recognition: the file's time is the film's."""

from pathlib import Path

import pytest

from rooms.media.air.disk import read_journals
from rooms.media.air.programme import Programme
from rooms.media.recordings.wave_file import SoundStretch, write_wave
from rooms.playback.recording import init_name
from tests.pages.recogniser import beeps
from tests.rooms.media.speaker import FLASH_FRAME, FRAMES_PER_S, Speaker, feed

BEEP_AT_S = FLASH_FRAME / FRAMES_PER_S
IN_STEP_S = 0.045


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of four seconds of sound with two beeps."""
    directory = tmp_path_factory.mktemp("sent")
    programme = Programme(directory, epoch_s=1_700_000_000.0, ask_keyframe=lambda source: None)
    programme.add("speaker")
    programme.on_air(["speaker"])
    programme.take("speaker")
    feed(programme, Speaker(), seconds=4)
    programme.end().result(60)
    names = [segment.name for segment in read_journals(directory)["audio"].listed]
    return [directory / name for name in (init_name("a", 0), *names)]


@pytest.mark.parametrize(
    ("begins", "expected", "lasts"),
    [
        ((0.0,), (0, 2), 4),
        ((0.0, 10.0), (0, 2, 10, 12), 14),
        ((0.0, 3.0), (0, 2, 5), 7),
        ((-1.0,), (1,), 3),
    ],
)
def test_every_stretch_is_where_it_belongs(
    files: list[Path], tmp_path: Path, begins: tuple[float, ...], expected: tuple[float, ...], lasts: float
) -> None:
    write_wave([SoundStretch(each, files) for each in begins], tmp_path / "sound.wav")
    found, seconds = beeps(tmp_path / "sound.wav")
    assert found == pytest.approx([at + BEEP_AT_S for at in expected], abs=IN_STEP_S)
    assert seconds == pytest.approx(lasts, abs=0.15)
