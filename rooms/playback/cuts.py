"""What a recording keeps of a programme, a film's or a stage's, without what was trimmed. No I/O, no clock.

A cut is made between segments, so nothing is encoded anew: what is kept begins up to a segment early and ends up to one
late. There are two counts of seconds. Those *of the film* count from the first moment of the film, or of all that was
sent from the stage, and trimming never moves them: whatever is kept for later is in them (where somebody stopped, what
they watched, `?t=` in a link, captions, the cut itself). Those *of the recording* count from its first kept segment:
a player's. `begins_at` lies between the two.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from rooms.playback.simulive import NOTHING, FilmProgramme


class KeptRun(NamedTuple):
    """The files of a stretch without a break, initialisation segments first: its pictures and its sound."""

    pictures: list[str]
    sound: list[str]


class Cut:
    """The segments that are kept from `begins` to `ends`, seconds of the film.

    A film that was repeated because its session was longer is kept once; of one that was cut short, what was sent.
    """

    def __init__(self, programme: FilmProgramme, begins: float = 0.0, ends: float | None = None) -> None:
        self.programme = programme
        self.is_trimmed = begins > 0 or ends is not None
        duration = programme.film.duration
        until = min(timedelta(seconds=ends), duration) if ends is not None else duration
        last = programme.segments_before(until)
        if programme.position_of_segment(last) < until:
            last += 1
        if programme.ended_at is not None:
            last = min(last, programme.sent(programme.ended_at))
        self.numbers = range(programme.segments_before(timedelta(seconds=begins)), last)
        self.starts_at = programme.position_of_segment(self.numbers.start)
        """Where in the film the recording begins."""

    @property
    def begins_at(self) -> float:
        """The second of the film at which the recording begins."""
        return self.starts_at.total_seconds()

    @property
    def film_s(self) -> float:
        """How long the film is, seconds."""
        return self.programme.film.duration.total_seconds()

    @property
    def runs(self) -> list[KeptRun]:
        """The files of the recording: a film is one run."""
        film = self.programme.film
        return [KeptRun(film.video.files(self.numbers), film.audio.files(self.numbers))]

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return max(0.0, (self.programme.position_of_segment(self.numbers.stop) - self.starts_at).total_seconds())

    def second_of(self, moment: datetime) -> float | None:
        """The second of the recording at which this media time is seen; None when that part was not kept.

        What happened while the film was repeated belongs to the same place in it.
        """
        return self.second_in_film((self.programme.position_of(moment) % self.programme.film.duration).total_seconds())

    def moment_of(self, second: float) -> datetime:
        """The media time of a second of the recording."""
        return self.programme.moment_of(max(NOTHING, self.starts_at + timedelta(seconds=second)))

    def second_in_film(self, second: float) -> float | None:
        """The second of the recording that is this second of the film."""
        found = second - self.starts_at.total_seconds()
        return found if 0 <= found <= self.seconds else None
