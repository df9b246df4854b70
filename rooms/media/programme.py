"""What a stage sends out during one session: one picture, one mix of sound, packaged as they come.

Told the time: by each sample's `received` and by `tick`. It knows no network and no RTP packet.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path

from rooms.media.samples import Kind, Picture, Report, Sound, Source


class Programme:
    """One session's programme, written below `directory` as it happens.

    `ask_key(source)` is called whenever a keyframe of a source is wanted, at most twice a second and source.
    `epoch` is what to add to the monotonic clock to get seconds since 1970: taken once, so that a clock that is set
    right in the middle of a session moves nothing.
    """

    def __init__(self, directory: Path, *, epoch: float, ask_key: Callable[[Source], None]) -> None:
        self.directory, self.epoch, self.ask_key = directory, epoch, ask_key

    def add(self, source: Source) -> None:
        """A source that may be taken or heard from now on. Its samples and reports can come at once."""

    def remove(self, source: Source) -> None:
        """A source that is gone. Nothing happens for one that is not there."""

    def on_air(self, sources: Iterable[Source]) -> None:
        """Whose sound is mixed from now on: exactly these."""

    def take(self, source: Source | None) -> None:
        """Whose picture is shown, from its next keyframe on; None: nobody's, at once."""

    def picture(self, source: Source, picture: Picture) -> None:
        """The next picture of a source, in the order of decoding."""

    def sound(self, source: Source, sound: Sound) -> None:
        """The next packet of a source's sound."""

    def report(self, source: Source, kind: Kind, report: Report) -> None:
        """A sender report about one of a source's two streams."""

    def tick(self, now: float) -> None:
        """To be called a few times a second, by the monotonic clock: who vanished is noticed here."""

    def end(self) -> Future[None]:
        """The session is over. Done when everything is on the disk and listed, ENDLIST included."""
        raise NotImplementedError
