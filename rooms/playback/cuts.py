"""Cuts: the part of a programme that its recording keeps, and its two counts of seconds. No I/O, no clock.

A cut is made between segments, so nothing is encoded anew: the recording begins up to one segment earlier, and ends up
to one segment later, than was asked for.

There are two counts of seconds. *Film seconds* count from the first moment of the film, or of everything that a stage
sent, and trimming never moves them. All that is stored is in film seconds: where somebody stopped, the stretches that
they watched, `?t=` in a link, captions, the cut itself. *Recording seconds* count from the first kept segment: they are
a player's. `begins_s` is the difference.

`Cut` is the cut of a film; `rooms.playback.stage_cuts.StageCut` answers the same questions for a stage.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from rooms.playback.simulive import NOTHING, FilmProgramme


class KeptRun(NamedTuple):
    """The files of a stretch without a break, initialisation segments first: its pictures and its sound."""

    pictures: list[str]
    sound: list[str]


class Cut:
    """The segments of a film that are kept from `begins_s` to `ends_s`, film seconds; None: to the end.

    A film that was repeated, because its session was longer, is kept once. Of a film that was cut short, the recording
    keeps the segments that were sent.
    """

    def __init__(self, programme: FilmProgramme, begins_s: float = 0.0, ends_s: float | None = None) -> None:
        self.programme = programme
        self.is_trimmed = begins_s > 0 or ends_s is not None
        duration = programme.film.duration
        until = min(timedelta(seconds=ends_s), duration) if ends_s is not None else duration
        last = programme.segments_before(until)
        if programme.position_of_segment(last) < until:
            last += 1
        if programme.ended_at is not None:
            last = min(last, programme.sent(programme.ended_at))
        self.numbers = range(programme.segments_before(timedelta(seconds=begins_s)), last)
        self.begins = programme.position_of_segment(self.numbers.start)
        """The position in the film at which the recording begins."""

    @property
    def begins_s(self) -> float:
        """The film second at which the recording begins."""
        return self.begins.total_seconds()

    @property
    def film_length_s(self) -> float:
        """The length of the film."""
        return self.programme.film.duration.total_seconds()

    @property
    def length_s(self) -> float:
        """The length of the recording."""
        return max(0.0, (self.programme.position_of_segment(self.numbers.stop) - self.begins).total_seconds())

    @property
    def runs(self) -> list[KeptRun]:
        """The files of the recording: a film is one run."""
        film = self.programme.film
        return [KeptRun(film.video.files(self.numbers), film.audio.files(self.numbers))]

    def recording_second_at(self, media_time: datetime) -> float | None:
        """The recording second that was sent at this media time; None when it was not kept.

        What happened during a repeat of the film belongs to the same film second.
        """
        position = self.programme.position_at(media_time) % self.programme.film.duration
        return self.recording_second_of(position.total_seconds())

    def media_time_of(self, recording_s: float) -> datetime:
        """The media time of a recording second."""
        return self.programme.media_time_of(max(NOTHING, self.begins + timedelta(seconds=recording_s)))

    def recording_second_of(self, film_s: float) -> float | None:
        """The recording second that shows this film second; None when it was not kept."""
        found = film_s - self.begins_s
        return found if 0 <= found <= self.length_s else None
