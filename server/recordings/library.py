"""The library of recordings, searched by words: what is written about each and what was said in it."""

from collections.abc import Sequence
from typing import NamedTuple

from anyio import to_thread

from rooms.playback.film_index import CAPTIONS_NAME
from server.models import Event, Film
from server.playback import films, programmes
from server.playback.airings import Airings
from server.recordings.search import match, words_of
from server.recordings.transcripts import TranscriptLine, read_transcript
from server.settings import Settings
from server.store.recordings import ListedRecording


class Found(NamedTuple):
    """A recording of the library, and the lines of its captions in which a word was said, by the film's seconds."""

    recording: ListedRecording
    lines: Sequence[TranscriptLine] = ()


async def search(
    settings: Settings,
    airings: Airings,
    event: Event,
    library: Sequence[ListedRecording],
    packaged: Sequence[Film],
    asked: str,
) -> list[Found]:
    """The recordings that hold every word; `packaged` are the films of the event.

    Captions are read from disk: call it outside of any transaction.
    """
    packages = {film.id: films.directory_of(settings, film) for film in packaged}
    found = []
    for recording in library:
        session = recording.item.session
        directory = packages.get(session.film_id) if session.film_id else programmes.directory_of(settings, session)
        said = await to_thread.run_sync(read_transcript, directory / CAPTIONS_NAME) if directory else ()
        matched = match(words_of(asked), _written_about(recording), said)
        if matched is not None:
            found.append(Found(recording, await _kept(airings, event, recording, matched.lines)))
    return found


def _written_about(recording: ListedRecording) -> list[str]:
    item = recording.item
    return [item.session.title, item.session.abstract, item.track.title if item.track else "", *item.names]


async def _kept(
    airings: Airings, event: Event, recording: ListedRecording, lines: Sequence[TranscriptLine]
) -> list[TranscriptLine]:
    """The lines that were not cut away."""
    airing = await airings.at(event.slug, recording.item.session.slug) if lines else None
    if airing is None:
        return []
    return [line for line in lines if airing.source.cut.recording_second_of(line.begins_s) is not None]
