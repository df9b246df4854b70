"""WHIP (RFC 9725), by which picture and sound come in, and WHEP, its twin by which they go out.

An encoder shows the stage's stream key as a bearer token; a person is known by their sign-in.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response

from rooms.control import Refusal
from rooms.errors import OfferRefused
from rooms.offers import MOST_SECTIONS, MOST_SENT_SECTIONS, OFFER_LIMIT_BYTES, read_offer
from server.acts import publishing
from server.acts.publishing import ENCODER, Answered, NoSuchConnection, NotAnyMore, publisher_of
from server.media.line import MediaAway, MediaRefused
from server.models import Person, SignIn, Stage
from server.store import stages
from server.store.stages import Publisher, StageRefused
from server.trust.stream_keys import ice_servers, stream_key
from server.web.answers import told_plainly
from server.web.entrance import person_who, signed_in
from server.web.errors import Conflict, Forbidden, NotFound, NotInTime, PageError, SignInNeeded, TooMany

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
    stage = await stage_of(request)
    publisher = who_publishes(request, stage)
    offer = await offer_in(request, publishing.sender_of(stage, publisher), MOST_SENT_SECTIONS)
    with as_page_errors():
        answered = await publishing.publish(
            request.app.state.db, request.app.state.media, stage, publisher, offer, here_as(request, publisher)
        )
    return made(request, "whip_resource", stage, answered)


@told_plainly(challenge="Bearer")
async def unpublish(request: Request) -> Response:
    """Let a publisher go, in good order."""
    stage = await stage_of(request)
    publisher, connection = who_publishes(request, stage), request.path_params["connection"]
    with as_page_errors():
        await publishing.unpublish(request.app.state.db, request.app.state.media, stage, publisher, connection)
    return Response(status_code=200)


@told_plainly(challenge="Bearer")
async def watch(request: Request) -> Response:
    """Take a watcher's offer; 201 with the answer, and the address at which to end the connection."""
    stage = await stage_of(request)
    here = where_watched(request, stage)
    offer = await offer_in(request, str(here.person_id), MOST_SECTIONS)
    with as_page_errors():
        answered = await publishing.watch(request.app.state.db, request.app.state.media, stage, here, offer)
    return made(request, "whep_resource", stage, answered)


@told_plainly(challenge="Bearer")
async def unwatch(request: Request) -> Response:
    """Let a watcher go."""
    stage = await stage_of(request)
    here, connection = where_watched(request, stage), request.path_params["connection"]
    with as_page_errors():
        await publishing.unwatch(request.app.state.media, stage, here, connection)
    return Response(status_code=200)


async def stage_of(request: Request) -> Stage:
    """The stage of the address; its event is the request's from here on. Raises NotFound."""
    async with request.app.state.db.reading() as db:
        found = await stages.stage_at(db, request.path_params["stage"])
    if found is None:
        raise NotFound("There is no such stage.")
    stage, request.state.event = found
    return stage


def who_publishes(request: Request, stage: Stage) -> Publisher:
    """The encoder that has the stream key, or a person who may come backstage. Raises SignInNeeded, Forbidden."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        key = stream_key(request.app.state.secret, stage.id, stage.key_number)
        if not compare_digest(token.strip().encode(), key.encode()):
            raise SignInNeeded("This is not the stage's stream key. The organiser sees it in the console.")
        return ENCODER
    if request.state.viewer.person is None:
        raise SignInNeeded("Please send the stage's stream key as a bearer token, or sign in.")
    return publisher_of(who_watches(request, stage), request.state.viewer.grants, stage)


def who_watches(request: Request, stage: Stage) -> Person:
    """A person who may come backstage. Raises SignInNeeded, Forbidden."""
    return person_who(request, "backstage.join", stage_id=stage.id)


def where_watched(request: Request, stage: Stage) -> SignIn:
    """The sign-in of a person who may come backstage. Raises SignInNeeded, Forbidden."""
    who_watches(request, stage)
    return signed_in(request)[1]


def here_as(request: Request, publisher: Publisher) -> SignIn | None:
    """The sign-in of the browser in which a person publishes; None: an encoder does."""
    return None if publisher is ENCODER else signed_in(request)[1]


async def offer_in(request: Request, person: str, most_sections: int) -> str:
    """The SDP offer that this person, or stage's encoder, sent; read and checked within its bounds.

    Raises TooMany when their budget is spent, and NoAnswer with 415, 413 or 400.
    """
    wait_s = request.app.state.media.offers.spend(person, time.monotonic())
    if wait_s:
        raise TooMany(REASONS["too-many"][1], math.ceil(wait_s))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != SDP:
        raise NoAnswer(415, f"Please send an offer as {SDP}.")
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > OFFER_LIMIT_BYTES:
            raise NoAnswer(*REASONS["too-large"])
    try:
        offer = content.decode()
        read_offer(offer, most_sections)
    except UnicodeDecodeError as error:
        raise NoAnswer(*REASONS["bad-offer"]) from error
    except OfferRefused as refused:
        raise NoAnswer(*REASONS[refused.reason]) from refused
    return offer


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
    """Turn the errors of the acts on a stage into page errors."""
    try:
        yield
    except StageRefused as refused:
        raise Conflict(str(refused)) from refused
    except NotAnyMore as error:
        raise Forbidden("You were let go from backstage. Ask the organiser if you speak here.") from error
    except NoSuchConnection as error:
        raise NotFound(REASONS["unknown"][1]) from error
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
