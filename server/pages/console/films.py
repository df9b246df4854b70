"""Films in the console: those that sessions can play, those on their way, and the way in (tus 1.0, core and creation).

A film may be gigabytes and a line may break: its bytes come in pieces, each at the offset at which the last one ended.
https://tus.io/protocols/resumable-upload
"""

import base64
import binascii
from datetime import UTC, datetime
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from server.models import Event, FilmUpload
from server.recordings.packaging import uploaded
from server.store import programme, uploads
from server.web.entrance import entering
from server.web.errors import Conflict, Invalid, NotFound, TooLarge
from server.web.templating import redirect, render

TUS = {"tus-resumable": "1.0.0", "cache-control": "no-store"}
MOST_BYTES = 8_000_000_000
PIECE_TYPE = "application/offset+octet-stream"


async def index(request: Request) -> Response:
    async with entering(request, "recording.edit") as (db, event):
        films = await programme.films_of(db, event.id)
        coming = await uploads.uploads_of(db, event.id)
    return render(request, "console/films/index.html", films=films, coming=coming, most_bytes=MOST_BYTES)


async def create(request: Request) -> Response:
    """Announce a file: its length and name come as headers, and its address is the answer (tus creation)."""
    async with entering(request, "recording.edit", writing=True) as (db, event):
        size, title = announced(request)
        row = await uploads.create(db, event.id, title, size)
    path = uploaded(request.app.state.settings, row)
    await to_thread.run_sync(begin, path)
    address = request.app.url_path_for("film_upload", event=event.slug, upload=row.id)
    return Response(status_code=201, headers={**TUS, "location": str(address)})


async def offset(request: Request) -> Response:
    """How much has arrived (tus core: HEAD)."""
    _, row = await announced_upload(request)
    return Response(headers={**TUS, "upload-offset": str(row.received), "upload-length": str(row.size)})


async def append(request: Request) -> Response:
    """The next piece (tus core: PATCH). A piece at another offset than that which is next is refused with 409."""
    _, row = await announced_upload(request)
    begins = request.headers.get("upload-offset", "")
    if request.headers.get("content-type") != PIECE_TYPE or not begins.isdigit():
        raise Invalid("A piece of a file names its offset and comes as application/offset+octet-stream.")
    piece = await request.body()
    if int(begins) != row.received or row.received == row.size:
        raise Conflict("This is not the piece that is next. Please ask for the offset.")
    if row.received + len(piece) > row.size:
        raise TooLarge("The file is longer than was announced.")
    await to_thread.run_sync(write_at, uploaded(request.app.state.settings, row), row.received, piece)
    async with request.app.state.db.writing() as db:
        if not await uploads.receive(db, row, row.received, len(piece), datetime.now(UTC)):
            raise Conflict("Another browser is sending this file too.")
    return Response(status_code=204, headers={**TUS, "upload-offset": str(row.received + len(piece))})


async def destroy(request: Request) -> Response:
    """Forget an upload that is not packaged (yet): it was given up, or refused."""
    event, row = await announced_upload(request)
    async with request.app.state.db.writing() as db:
        if not await uploads.forget(db, row):
            raise Conflict("This film is being made ready just now.")
    await to_thread.run_sync(lambda: uploaded(request.app.state.settings, row).unlink(missing_ok=True))
    return redirect(request, "films", event=event.slug, notice="deleted")


async def announced_upload(request: Request) -> tuple[Event, FilmUpload]:
    async with entering(request, "recording.edit") as (db, event):
        row = await uploads.upload(db, event.id, request.path_params["upload"])
    if row is None:
        raise NotFound("This upload is gone. Please choose the file again.")
    return event, row


def announced(request: Request) -> tuple[int, str]:
    """The size and title that a creation announces. Raises Invalid, TooLarge."""
    length = request.headers.get("upload-length", "")
    if not length.isdigit() or not int(length[:18]) > 0:
        raise Invalid("Please choose a film that is not empty.")
    if int(length) > MOST_BYTES:
        raise TooLarge(f"A film has {MOST_BYTES // 10**9} GB at most. Please make it smaller.")
    pairs = dict(pair.strip().partition(" ")[::2] for pair in request.headers.get("upload-metadata", "").split(","))
    try:
        title = base64.b64decode(pairs.get("title", ""), validate=True).decode().strip()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Invalid("The film's title cannot be read.") from error
    if not title or not title.isprintable():
        raise Invalid("Please give the film a title.")
    return int(length), title[:160]


def begin(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def write_at(path: Path, position: int, piece: bytes) -> None:
    """Over whatever a broken piece may have left there."""
    with path.open("r+b") as file:
        file.seek(position)
        file.write(piece)
        file.truncate()
