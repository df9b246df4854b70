"""Where picture and sound come in and go out: WHIP (RFC 9725), and its twin for watching, WHEP.

An encoder shows the stage's stream key as a bearer token; a person is known by their sign-in. Session descriptions are
passed on to the media process: nobody else talks to it.
"""

import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from rooms.control import Leave, Publish, Watch
from server.media.line import MediaAway, MediaLine, MediaRefused
from server.models import Event, Stage, StageSource
from server.rules.permissions import allows
from server.store import stages
from server.store.stages import Publisher
from server.trust.sign_in import Viewer
from server.trust.stream_keys import ice_servers, stream_key
from server.web.entrance import note_registration, require
from server.web.errors import Conflict, Forbidden, NotFound, PageError, SignInNeeded

SDP = "application/sdp"
CONNECTION_BYTES = 16
REASONS = {
    "no-h264": (406, "A stage takes H.264 pictures and Opus sound. Please choose H.264 in your encoder."),
    "bad-offer": (400, "This is not a session description that we can answer."),
    "taken": (409, "Somebody sends here already."),
    "full": (409, "Every place is taken."),
    "unknown": (404, "There is no such connection (any more)."),
    "busy": (503, "The programme cannot be written now. Please tell the organiser."),
}
"""Why the media process refuses, as status and sentence."""
AGAIN_AFTER_S = "2"
OPENS_WITHIN_S = 8.0
"""How long an offer is kept while the media process starts; encoders give up after ten seconds or more."""
ROLES = ("speaker", "chair", "interpreter", "producer", "organiser")
"""As whom somebody is backstage: the first of these roles that they have."""

Handler = Callable[[Request], Awaitable[Response]]


def told_plainly(handler: Handler) -> Handler:
    """Errors as one line of text with their status: an encoder reads no pages."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except MediaRefused as refused:
            status, sentence = REASONS[refused.reason]
            return PlainTextResponse(f"{sentence}\n", status)
        except MediaAway:
            sentence = "Picture and sound are being started. Please try again in a moment."
            return PlainTextResponse(f"{sentence}\n", 503, {"retry-after": AGAIN_AFTER_S})
        except PageError as error:
            headers = {"www-authenticate": "Bearer"} if error.status == 401 else {}
            return PlainTextResponse(f"{error.sentence}\n", error.status, headers)

    return answer


async def options(request: Request) -> Response:
    """What may be done here (RFC 9725, 4.2)."""
    return Response(status_code=204, headers={"accept-post": SDP, "allow": "POST, OPTIONS"})


async def resource_options(request: Request) -> Response:
    """What may be done with a connection: it is ended, never changed."""
    return Response(status_code=204, headers={"allow": "DELETE, OPTIONS"})


@told_plainly
async def publish(request: Request) -> Response:
    """A publisher's offer; 201 with our answer and where to end it."""
    connection = secrets.token_hex(CONNECTION_BYTES)
    stage, publisher = await who_publishes(request, *await stage_of(request))
    offer = await offer_in(request)
    if not media_of(request).is_open:
        # That somebody tried has a media process started.
        await arrive(request, stage, publisher, connection)
        await leave(request, stage, connection)
        await opened(request)
    before = await source_of(request, stage, publisher)
    source = await arrive(request, stage, publisher, connection)
    assert source.place is not None
    if before is not None:
        await media_of(request).let_go(str(stage.id), before)
    try:
        answer = await media_of(request).describe(Publish(str(stage.id), connection, source.place, offer))
    except (MediaAway, MediaRefused):
        await leave(request, stage, connection)
        raise
    return made(request, "whip_resource", stage, connection, answer)


async def opened(request: Request) -> None:
    """Wait until the media process is reached: whoever asks is there the moment it is. Raises MediaAway."""
    if not await media_of(request).opens(OPENS_WITHIN_S):
        raise MediaAway


async def arrive(request: Request, stage: Stage, publisher: Publisher, connection: str) -> StageSource:
    """Give the publisher a place. Raises Conflict."""
    async with request.app.state.db.writing() as db:
        try:
            return await stages.arrive(db, stage, publisher, connection, datetime.now(UTC))
        except stages.StageRefused as refused:
            raise Conflict(str(refused)) from refused


async def leave(request: Request, stage: Stage, connection: str) -> None:
    """Take the place again: the publisher has gone, or could not come."""
    async with request.app.state.db.writing() as db:
        await stages.note(db, stage, connection, "left", datetime.now(UTC))


@told_plainly
async def unpublish(request: Request) -> Response:
    """The publisher goes, in good order."""
    stage, publisher = await who_publishes(request, *await stage_of(request))
    connection = request.path_params["connection"]
    if await source_of(request, stage, publisher) != connection:
        raise NotFound("There is no such connection (any more).")
    await leave(request, stage, connection)
    await media_of(request).let_go(str(stage.id), connection)
    return Response(status_code=200)


@told_plainly
async def watch(request: Request) -> Response:
    """An offer to receive; 201 with our answer and where to end it."""
    stage, _ = await stage_of(request)
    viewer = require(request, "backstage.join", stage_id=stage.id)
    assert viewer.person is not None
    offer = await offer_in(request)
    await opened(request)
    async with request.app.state.db.reading() as db:
        sources = await stages.sources_of(db, stage.id)
    place = next((each.place for each in sources if each.person_id == viewer.person.id), None)
    watcher = f"{viewer.person.id.hex}{secrets.token_hex(CONNECTION_BYTES)}"
    answer = await media_of(request).describe(Watch(str(stage.id), watcher, place, offer))
    return made(request, "whep_resource", stage, watcher, answer)


@told_plainly
async def unwatch(request: Request) -> Response:
    stage, _ = await stage_of(request)
    viewer = require(request, "backstage.join", stage_id=stage.id)
    assert viewer.person is not None
    watcher = request.path_params["connection"]
    if not watcher.startswith(viewer.person.id.hex):
        raise NotFound("There is no such connection (any more).")
    await media_of(request).tell(Leave(str(stage.id), watcher))
    return Response(status_code=200)


async def offer_in(request: Request) -> str:
    """The SDP offer that was sent. Raises a PageError with 415 or 400."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != SDP:
        raise WrongType(f"Please send an offer as {SDP}.")
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise MediaRefused("bad-offer") from error


class WrongType(PageError):
    status = 415


async def stage_of(request: Request) -> tuple[Stage, Event]:
    """The stage of the address; what its event grants the viewer is noted on the request. Raises NotFound."""
    async with request.app.state.db.reading() as db:
        found = await stages.stage_at(db, request.path_params["stage"])
        if found is None:
            raise NotFound("There is no such stage.")
        await note_registration(request, db, found[1])
    return found


async def who_publishes(request: Request, stage: Stage, event: Event) -> tuple[Stage, Publisher]:
    """Whoever has the stream key, or may come backstage. Raises SignInNeeded, Forbidden."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        if not compare_digest(token.strip().encode(), key_of(request, stage).encode()):
            raise SignInNeeded("This is not the stage's stream key. The organiser sees it in the console.")
        return stage, Publisher("Encoder", "encoder")
    viewer: Viewer = request.state.viewer
    if viewer.person is None:
        raise SignInNeeded("Please send the stage's stream key as a bearer token, or sign in.")
    if not allows(viewer.grants, "backstage.join", event_id=event.id, stage_id=stage.id):
        raise Forbidden("Backstage is for those who speak, interpret or chair here.")
    return stage, Publisher(viewer.person.name, role_of(viewer, event, stage), viewer.person.id)


def role_of(viewer: Viewer, event: Event, stage: Stage) -> str:
    """As whom somebody who may come backstage is there."""
    reach = {None, event.id, stage.id}
    roles = {grant.role for grant in viewer.grants if grant.scope_id in reach}
    return next((role for role in ROLES if role in roles), "speaker")


def key_of(request: Request, stage: Stage) -> str:
    return stream_key(request.app.state.secret, stage.id, stage.key_number)


async def source_of(request: Request, stage: Stage, publisher: Publisher) -> str | None:
    """By which connection somebody publishes now."""
    async with request.app.state.db.reading() as db:
        sources: list[StageSource] = await stages.sources_of(db, stage.id)
    return next((each.connection for each in sources if each.publisher == publisher.id), None)


def made(request: Request, name: str, stage: Stage, connection: str, answer: str) -> Response:
    """201 with the answer, where to end it, and the TURN servers (RFC 9725, 4.6)."""
    settings = request.app.state.settings
    location = request.app.url_path_for(name, stage=stage.id, connection=connection)
    response = Response(answer, 201, {"location": str(location)}, SDP)
    for server in ice_servers(settings.turn_urls, settings.turn_secret, connection, time.time()):
        for url in server["urls"]:
            words = f'<{url}>; rel="ice-server"; username="{server["username"]}"; credential="{server["credential"]}"'
            response.headers.append("link", f'{words}; credential-type="password"')
    return response


def media_of(request: Request) -> MediaLine:
    media: MediaLine = request.app.state.media
    return media
