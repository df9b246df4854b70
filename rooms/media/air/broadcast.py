"""A session's broadcast: its programme and, on the same clock, the sign-language interpreter's picture beside it.

The interpreter's picture is a second programme, without sound, in a directory below the first one's. It is begun when
somebody first interprets, as most sessions have no interpreter. Told the time.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path

from rooms.media.air.programme import Programme
from rooms.media.rtc.samples import Kind, Picture, SenderReport, Sound, SourceName
from rooms.playback.recording import SIGNED
from rooms.topics.keeping import Trouble


class Broadcast:
    """One session's programme, and the interpreter's. The parameters are those of `Programme`."""

    def __init__(
        self, directory: Path, *, epoch_s: float, ask_keyframe: Callable[[SourceName], None], in_parts: bool = False
    ) -> None:
        self.directory, self.epoch_s, self.in_parts, self._ask_keyframe = directory, epoch_s, in_parts, ask_keyframe
        self._sources: set[SourceName] = set()
        self._signing: SourceName | None = None
        self._programme = Programme(directory, epoch_s=epoch_s, ask_keyframe=ask_keyframe, in_parts=in_parts)
        self._signed = self._open_signed() if (directory / SIGNED).exists() else None

    @property
    def troubles(self) -> set[Trouble]:
        return self._programme.troubles

    @property
    def safe_up_to_s(self) -> float | None:
        return self._programme.safe_up_to_s

    def add(self, source: SourceName) -> None:
        """Take in a source, which may be taken, heard or named the interpreter from now on."""
        self._sources.add(source)
        for programme in self._programmes:
            programme.add(source)

    def remove(self, source: SourceName) -> None:
        self._sources.discard(source)
        for programme in self._programmes:
            programme.remove(source)
        if self._signing == source:
            self.sign(None)

    def on_air(self, sources: Iterable[SourceName]) -> None:
        """Mix the sound of these sources from now on."""
        self._programme.on_air(sources)

    def take(self, source: SourceName | None) -> None:
        """Show this source's picture. For the interpreter, whose picture has its own window, show none."""
        self._programme.take(None if source == self._signing else source)

    def sign(self, source: SourceName | None) -> None:
        """Fill the sign-language window with this source's picture from its next keyframe on; None empties it."""
        if source == self._signing:
            return
        self._signing = source
        if source is not None and self._signed is None:
            self._signed = self._open_signed()
        if self._signed is not None:
            self._signed.take(source)

    def picture(self, source: SourceName, picture: Picture) -> None:
        """Pass a picture on. The interpreter's programme takes the larger size only."""
        self._programme.picture(source, picture)
        if self._signed is not None and not picture.is_small:
            self._signed.picture(source, picture)

    def sound(self, source: SourceName, sound: Sound) -> None:
        """Pass sound on. The interpreter's programme needs it for its clock, so that both date a picture alike."""
        for programme in self._programmes:
            programme.sound(source, sound)

    def report(self, source: SourceName, kind: Kind, report: SenderReport) -> None:
        for programme in self._programmes:
            programme.report(source, kind, report)

    def tick(self, now_s: float) -> None:
        for programme in self._programmes:
            programme.tick(now_s)

    def end(self) -> "list[Future[None]]":
        """End the session. Each future is done when its programme is on the disk and listed, with ENDLIST."""
        return [programme.end() for programme in self._programmes]

    async def stop(self) -> None:
        """Stop writing: the process ends, not the session."""
        await asyncio.gather(*(asyncio.to_thread(programme.stop) for programme in self._programmes))

    @property
    def _programmes(self) -> Iterator[Programme]:
        yield self._programme
        if self._signed is not None:
            yield self._signed

    def _open_signed(self) -> Programme:
        signed = Programme(
            self.directory / SIGNED, epoch_s=self.epoch_s, ask_keyframe=self._ask_keyframe, in_parts=self.in_parts
        )
        for source in self._sources:
            signed.add(source)
        return signed
