"""Films in the console: those that sessions can play, and uploads (tus 1.0, core and creation).

A film may be gigabytes and a line may break: its bytes come in pieces, each at the offset at which the one before it
ended. https://tus.io/protocols/resumable-upload
"""

import base64
import binascii
from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts import uploading
from server.models import Event, FilmUpload
from server.rules import plain_text
from server.rules.numbers import is_number
from server.store import planning, uploads
from server.web.entrance import entering
from server.web.errors import Invalid, NotFound
from server.web.templating import redirect, render

TUS = {"tus-resumable": "1.0.0", "cache-control": "no-store"}
PIECE_TYPE = "application/offset+octet-stream"
LONGEST_TITLE = 160


async def index(request: Request) -> Response:
    async with entering(request, "recording.edit") as (db, event):
        films = await planning.films_of(db, event.id)
        coming = await uploads.uploads_of(db, event.id)
    settings = request.app.state.settings
    kept = {upload.id for upload, _ in coming if uploading.is_here(settings, upload)}
    most_bytes = uploading.MOST_BYTES
    return render(request, "console/films/index.html", films=films, coming=coming, kept=kept, most_bytes=most_bytes)


async def create(request: Request) -> Response:
    """Announce a file: its length and name come as headers, and its address is the answer (tus creation)."""
    async with entering(request, "recording.edit", writing=True) as (db, event):
        size, title = announced(request)
        upload = await uploading.announce(db, request.app.state.settings, event, title, size)
    address = request.app.url_path_for("film_upload", event=event.slug, upload=upload.id)
    return Response(status_code=201, headers={**TUS, "location": str(address)})


async def offset(request: Request) -> Response:
    """Tell the bytes that have arrived (tus core: HEAD)."""
    _, upload = await upload_of(request)
    return Response(headers={**TUS, "upload-offset": str(upload.received), "upload-length": str(upload.size)})


async def append(request: Request) -> Response:
    """Store the next piece (tus core: PATCH). A piece at any other offset than the next is refused with 409."""
    _, upload = await upload_of(request)
    begins = request.headers.get("upload-offset", "")
    if request.headers.get("content-type") != PIECE_TYPE or not is_number(begins):
        raise Invalid("A piece of a file names its offset and comes as application/offset+octet-stream.")
    database, settings = request.app.state.db, request.app.state.settings
    following = await uploading.receive(
        database, settings, upload, int(begins), await request.body(), datetime.now(UTC)
    )
    return Response(status_code=204, headers={**TUS, "upload-offset": str(following)})


async def try_again(request: Request) -> Response:
    """Have a film packaged once more whose packaging failed. Its bytes are still here."""
    async with entering(request, "recording.edit", writing=True) as (db, event):
        upload = await upload_in(request, db, event)
        await uploading.try_again(db, request.app.state.settings, upload, datetime.now(UTC))
    return redirect(request, "films", event=event.slug)


async def destroy(request: Request) -> Response:
    """Forget an upload that is not packaged (yet): it was given up, or refused."""
    async with entering(request, "recording.edit", writing=True) as (db, event):
        upload = await upload_in(request, db, event)
        await uploading.forget(db, upload)
    await uploading.remove_file(request.app.state.settings, upload)
    return redirect(request, "films", event=event.slug, notice="deleted")


async def upload_of(request: Request) -> tuple[Event, FilmUpload]:
    """The upload that the address names, read in a transaction of its own. Raises NotFound."""
    async with entering(request, "recording.edit") as (db, event):
        return event, await upload_in(request, db, event)


async def upload_in(request: Request, db: AsyncSession, event: Event) -> FilmUpload:
    """The upload that the address names. Raises NotFound."""
    upload = await uploads.upload(db, event.id, request.path_params["upload"])
    if upload is None:
        raise NotFound("This upload is gone. Please choose the file again.")
    return upload


def announced(request: Request) -> tuple[int, str]:
    """The size and title that a creation announces. Raises Invalid."""
    length = request.headers.get("upload-length", "")
    if not is_number(length) or not int(length) > 0:
        raise Invalid("Please choose a film that is not empty.")
    pairs = dict(pair.strip().partition(" ")[::2] for pair in request.headers.get("upload-metadata", "").split(","))
    try:
        title = plain_text.line(base64.b64decode(pairs.get("title", ""), validate=True).decode()).strip()
    except (binascii.Error, UnicodeDecodeError, plain_text.BadCharacter) as error:
        raise Invalid("The film's title cannot be read. Please type it.") from error
    if not plain_text.is_seen(title):
        raise Invalid("Please give the film a title.")
    return int(length), title[:LONGEST_TITLE]
