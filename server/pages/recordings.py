"""The library of what can be watched again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from rooms.playback.film_index import CAPTIONS_NAME
from server.models import Event, Film
from server.playback import films, programmes
from server.playback.airings import Airings
from server.recordings.search import match, words_of
from server.recordings.transcripts import TranscriptLine, read_transcript
from server.settings import Settings
from server.store import programme, recordings
from server.store.recordings import ListedRecording
from server.web.entrance import entering, person_who
from server.web.templating import render


class Found(NamedTuple):
    """A recording of the library, and the lines in which what was asked for was said, at the film's seconds."""

    recording: ListedRecording
    lines: Sequence[TranscriptLine] = ()


async def index(request: Request) -> Response:
    """Searched by `?q=` over titles, speakers, tracks, abstracts and captions: every word must be found."""
    asked = request.query_params.get("q", "")[:100].strip()
    async with entering(request) as (db, event):
        person = person_who(request, "event.attend")
        library = await recordings.library(db, event, person.id, datetime.now(UTC))
        packaged = await programme.films_of(db, event.id)
    found = await search(request, event, library, packaged, asked) if asked else [Found(each) for each in library]
    begun = [each for each in found if is_begun(each.recording)] if not asked else []
    return render(request, "recordings/index.html", library=library, found=found, begun=begun, asked=asked)


async def search(
    request: Request, event: Event, library: Sequence[ListedRecording], packaged: Sequence[Film], asked: str
) -> list[Found]:
    """The recordings that hold every word."""
    settings: Settings = request.app.state.settings
    packages = {film.id: films.directory_of(settings, film) for film in packaged}
    found = []
    for recording in library:
        session = recording.item.session
        directory = packages.get(session.film_id) if session.film_id else programmes.directory_of(settings, session)
        said = await to_thread.run_sync(read_transcript, directory / CAPTIONS_NAME) if directory else ()
        matched = match(words_of(asked), known_of(recording), said)
        if matched is not None:
            found.append(Found(recording, await placed(request, event, recording, matched.lines)))
    return found


def known_of(recording: ListedRecording) -> list[str]:
    """What is written about a recording."""
    item = recording.item
    return [item.session.title, item.session.abstract, item.track.title if item.track else "", *item.names]


async def placed(
    request: Request, event: Event, recording: ListedRecording, lines: Sequence[TranscriptLine]
) -> list[TranscriptLine]:
    """Those lines that were not cut away."""
    airings: Airings = request.app.state.airings
    airing = await airings.at(event.slug, recording.item.session.slug) if lines else None
    if airing is None:
        return []
    return [line for line in lines if airing.source.cut.recording_second_of(line.begins_s) is not None]


def is_begun(recording: ListedRecording) -> bool:
    """Whether the viewer has watched some of it, but not all."""
    return 0 < recording.position < recording.length * 0.95
