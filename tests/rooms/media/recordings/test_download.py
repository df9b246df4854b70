"""The downloaded file holds the whole recording in order, with picture and sound in step."""

from pathlib import Path

import av
import numpy as np

from rooms.media.air.disk import read_journals
from rooms.media.air.programme import Programme
from rooms.media.recordings.download import RunFiles, join
from rooms.playback.film_index import FilmIndex
from rooms.playback.recording import RENDITIONS, init_name
from tests.rooms.media.speaker import LOOP_S, Speaker, feed

EPOCH_S = 1_700_000_000.0
LIP_SYNC_S = 0.045
LIT, LOUD = 128, 0.1


def runs_in(directory: Path) -> list[RunFiles]:
    journals = read_journals(directory)

    def files(rendition: str, run: int) -> list[Path]:
        listed = [each.name for each in journals[rendition].listed if each.run == run]
        return [directory / name for name in (init_name(RENDITIONS[rendition], run), *listed)]

    return [RunFiles(files("video", run), files("audio", run)) for run in range(journals["video"].runs)]


def seen(path: Path) -> tuple[list[float], set[int], float]:
    """Return the times at which the picture turns white, its widths, and its duration, seconds."""
    moments, widths, was_lit, ends = [], set(), False, 0.0
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            widths.add(frame.width)
            is_lit = bool(frame.to_ndarray()[: frame.height].mean() > LIT)
            moments += [float(frame.time)] if is_lit and not was_lit else []
            was_lit, ends = is_lit, float(frame.time)
    return moments, widths, ends


def heard(path: Path) -> list[float]:
    """Return the times at which beeps begin, seconds."""
    moments: list[float] = []
    with av.open(str(path)) as film:
        for frame in film.decode(audio=0):
            at = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > LOUD)
            if at.size and (not moments or float(frame.time) - moments[-1] > LOOP_S / 2):
                moments.append(float(frame.time) + int(at[0]) / frame.sample_rate)
    return moments


def test_a_broadcast_with_a_change_of_size_is_one_film_in_step(tmp_path: Path) -> None:
    programme = Programme(tmp_path / "sent", epoch_s=EPOCH_S, ask_keyframe=lambda source: None)
    programme.add("speaker")
    programme.on_air(["speaker"])
    programme.take("speaker")
    feed(programme, Speaker(), seconds=6)
    feed(programme, Speaker(size=(192, 144)), seconds=12, since_s=6)
    programme.end().result(60)
    shares: list[float] = []
    join(runs_in(tmp_path / "sent"), tmp_path / "film.mp4", shares.append)
    flashes, widths, ends = seen(tmp_path / "film.mp4")
    beeps = heard(tmp_path / "film.mp4")
    assert widths == {160, 192}
    assert 11.5 < ends < 12.1
    assert len(flashes) == len(beeps) == 6
    assert all(abs(flash - beep) < LIP_SYNC_S for flash, beep in zip(flashes, beeps, strict=True))
    assert shares[-1] == 1.0


def test_a_film_that_was_trimmed_begins_with_what_was_kept(packaged: tuple[Path, FilmIndex], tmp_path: Path) -> None:
    directory, index = packaged

    def files(init: str | None, names: list[str]) -> list[Path]:
        return [directory / name for name in (str(init), *names)]

    kept = [[segment.name for segment in each.segments[1:4]] for each in (index.video, index.audio)]
    run = RunFiles(files(index.video.init, kept[0]), files(index.audio.init, kept[1]))
    join([run], tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as film:
        times = [float(frame.time) for frame in film.decode(video=0)]
        assert (times[0], len(times)) == (0, 60)
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert abs(next(film.decode(audio=0)).time) < LIP_SYNC_S
