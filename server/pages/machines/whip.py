"""WHIP (RFC 9725), by which picture and sound come in, and WHEP, its twin by which they go out.

An encoder shows the stage's stream key as a bearer token; a person is known by their sign-in.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from rooms.control import Refusal
from rooms.errors import OfferRefused
from rooms.offers import MOST_SECTIONS, MOST_SENT_SECTIONS, OFFER_LIMIT_BYTES, read_offer, text_of
from server.acts import publishing
from server.acts.publishing import Answered, NoSuchConnection, NotAnyMore
from server.media.line import MediaAway, MediaRefused
from server.models import SignIn, Stage
from server.rules.permissions import allows
from server.rules.stream_keys import ice_servers, is_stream_key
from server.store import stages
from server.store.backstage import ENCODER, publisher_of, sender_of
from server.store.engine.database import Database
from server.store.stages import Publisher, StageRefused
from server.trust.sign_in import Viewer
from server.web.answers import told_plainly
from server.web.entrance import refusal, signed_in
from server.web.errors import Conflict, Forbidden, NotFound, NotInTime, PageError, SignInNeeded, TooMany
from server.web.security_log import RefusedAct

SDP = "application/sdp"
REASONS: dict[Refusal, tuple[int, str]] = {
    "no-h264": (406, "A stage takes H.264 pictures and Opus sound. Please choose H.264 in your encoder."),
    "bad-offer": (400, "This is not a session description that we can answer."),
    "too-large": (
        413,
        "This session description is larger than a stage takes. Please offer one section of sound and one of pictures.",
    ),
    "only-media": (400, "A stage takes sound and pictures only. Please leave out the data channel."),
    "too-many": (429, "That was a little fast. Please wait a moment, then try again."),
    "taken": (409, "Somebody sends here already."),
    "full": (409, "Every place is taken."),
    "unknown": (404, "There is no such connection (any more)."),
    "busy": (503, "The programme cannot be written now. Please tell the organiser."),
    "bad-call": (500, "The mistake is ours and has been noted. Please try again in a moment."),
}
"""The status and the sentence for each refusal of the media process."""
AGAIN_AFTER_S = 2


async def options(request: Request) -> Response:
    """The methods of a stage's address (RFC 9725, 4.2)."""
    return Response(status_code=204, headers={"accept-post": SDP, "allow": "POST, OPTIONS"})


async def resource_options(request: Request) -> Response:
    """The methods of a connection's address: it can be ended, never changed."""
    return Response(status_code=204, headers={"allow": "DELETE, OPTIONS"})


@told_plainly(challenge="Bearer")
async def publish(request: Request) -> Response:
    """Take a publisher's offer; 201 with the answer, and the address at which to end the connection."""
    key = key_in(request)
    with as_page_errors():
        here, offer = await offered(request, MOST_SENT_SECTIONS, key=key)
        answered = await publishing.publish(
            request.app.state.backstage, here.stage, here.publisher, offer, here.sign_in
        )
    return made(request, "whip_resource", here.stage, answered)


@told_plainly(challenge="Bearer")
async def unpublish(request: Request) -> Response:
    """Let a publisher go, in good order."""
    here, connection = await here_at(request, key=key_in(request)), request.path_params["connection"]
    with as_page_errors():
        await publishing.unpublish(
            request.app.state.db, request.app.state.media, here.stage, here.publisher, connection
        )
    return Response(status_code=200)


@told_plainly(challenge="Bearer")
async def watch(request: Request) -> Response:
    """Take a watcher's offer; 201 with the answer, and the address at which to end the connection."""
    with as_page_errors():
        here, offer = await offered(request, MOST_SECTIONS)
        answered = await publishing.watch(request.app.state.backstage, here.stage, signed_in(request)[1], offer)
    return made(request, "whep_resource", here.stage, answered)


@told_plainly(challenge="Bearer")
async def unwatch(request: Request) -> Response:
    """Let a watcher go."""
    here, connection = await here_at(request), request.path_params["connection"]
    with as_page_errors():
        await publishing.unwatch(request.app.state.media, here.stage, signed_in(request)[1], connection)
    return Response(status_code=200)


class Here(NamedTuple):
    """Somebody at a stage: a person with their sign-in, or its encoder, which has none.

    `sender` is the name by which their offers are counted.
    """

    stage: Stage
    publisher: Publisher
    sign_in: SignIn | None
    sender: str


def key_in(request: Request) -> str | None:
    """The bearer token that the request shows."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def offered(request: Request, most_sections: int, *, key: str | None = None) -> tuple[Here, str]:
    """The sender of an SDP offer, as for `here_at`, and the offer, which is within its bounds.

    Raises what `here_at` raises, TooMany when their budget is spent, NoAnswer with 415, and OfferRefused.
    """
    content = await content_of(request)
    here = await here_at(request, key=key)
    wait_s = request.app.state.media.offers.spend(here.sender, time.monotonic())
    if wait_s:
        raise TooMany(REASONS["too-many"][1], math.ceil(wait_s))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != SDP:
        raise NoAnswer(415, f"Please send an offer as {SDP}.")
    offer = text_of(content)
    read_offer(offer, most_sections)
    return here, offer


async def content_of(request: Request) -> bytes:
    """The content of a request; of a larger one than any offer, a part that is too large as well."""
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > OFFER_LIMIT_BYTES:
            break
    return content


async def here_at(request: Request, *, key: str | None = None) -> Here:
    """The encoder that shows the stream key of the stage of the address as `key`, or a person who may come backstage.

    Raises NotFound, SignInNeeded, Forbidden.
    """
    database: Database = request.app.state.db
    viewer: Viewer = request.state.viewer
    async with database.reading() as db:
        found = await stages.stage_at(db, request.path_params["stage"])
    if found is None:
        raise NotFound("There is no such stage.")
    stage, request.state.event = found
    if key is not None:
        if not is_stream_key(key, request.app.state.secret, stage.id, stage.key_number):
            request.state.refused = RefusedAct("stream-key.use")
            raise SignInNeeded("This is not the stage's stream key. The organiser sees it in the console.")
        return Here(stage, ENCODER, None, sender_of(stage, ENCODER))
    if viewer.person is None:
        raise SignInNeeded("Please send the stage's stream key as a bearer token, or sign in.")
    publisher = publisher_of(viewer.person, viewer.grants, stage)
    sender = sender_of(stage, publisher)
    if not allows(viewer.grants, "backstage.join", event_id=stage.event_id, stage_id=stage.id):
        raise refusal("backstage.join", is_known=True)
    return Here(stage, publisher, viewer.sign_in, sender)


class NoAnswer(PageError):
    """An offer gets no answer, for a reason that has its own status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class MediaStarting(NotInTime):
    """The media process is not reached (yet)."""

    retry_after = AGAIN_AFTER_S


@contextmanager
def as_page_errors() -> Iterator[None]:
    """Turn the errors of an offer, and of the acts on a stage, into page errors."""
    try:
        yield
    except StageRefused as refused:
        raise Conflict(str(refused)) from refused
    except NotAnyMore as error:
        raise Forbidden("You were let go from backstage. Ask the organiser if you speak here.") from error
    except NoSuchConnection as error:
        raise NotFound(REASONS["unknown"][1]) from error
    except OfferRefused as refused:
        raise NoAnswer(*REASONS[refused.reason]) from refused
    except MediaRefused as refused:
        if refused.reason == "too-many":
            raise TooMany(REASONS["too-many"][1], AGAIN_AFTER_S) from refused
        raise NoAnswer(*REASONS[refused.reason]) from refused
    except MediaAway as error:
        raise MediaStarting("Picture and sound are being started. Please try again in a moment.") from error


def made(request: Request, name: str, stage: Stage, answered: Answered) -> Response:
    """201 with the answer, the address at which to end the connection, and the TURN servers (RFC 9725, 4.6)."""
    settings = request.app.state.settings
    location = request.app.url_path_for(name, stage=stage.id, connection=answered.connection)
    response = Response(answered.answer, 201, {"location": str(location)}, SDP)
    for server in ice_servers(settings.turn_urls, settings.turn_secret, answered.connection, time.time()):
        for url in server["urls"]:
            words = f'<{url}>; rel="ice-server"; username="{server["username"]}"; credential="{server["credential"]}"'
            response.headers.append("link", f'{words}; credential-type="password"')
    return response
