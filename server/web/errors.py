"""Every error that a page can end in, and the one place that turns errors into answers."""

from collections.abc import Awaitable, Callable
from functools import wraps

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from server.store.engine.availability import is_away
from server.web.templating import render

Handler = Callable[[Request], Awaitable[Response]]
log = structlog.get_logger("plenary.errors")


class PageError(Exception):
    """An error with a status and a kind sentence that says what to do."""

    status = 500
    title = "Something went wrong"
    retry_after: int | None = None
    """After how many seconds to try again, where trying again may help."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def headers(self) -> dict[str, str]:
        """The headers that go with the answer, whatever its form."""
        return {} if self.retry_after is None else {"retry-after": str(self.retry_after)}


class NotFound(PageError):
    status = 404
    title = "We could not find that page"


class Incomplete(PageError):
    """What was asked for is not said in the way that it must be."""

    status = 400
    title = "We could not understand that"


class Forbidden(PageError):
    status = 403
    title = "This page is not open to you"


class SignInNeeded(PageError):
    """Nobody known asks for what is somebody's; `strong`: for what a mailed link does not open."""

    status = 401
    title = "Please come in first"

    def __init__(self, sentence: str = "", *, strong: bool = False) -> None:
        super().__init__(sentence)
        self.strong = strong


class Conflict(PageError):
    """What was asked for was right a moment ago, or clashes with something that is already so."""

    status = 409
    title = "That is no longer possible"


class Invalid(PageError):
    """What was sent cannot be understood; nothing was changed."""

    status = 422
    title = "We could not understand that"


class TooLarge(PageError):
    status = 413
    title = "That is too large"


class TooMany(PageError):
    """A rate limit is reached; `retry_after` says in how many seconds it is lifted."""

    status = 429
    title = "That was a little fast"

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class NotInTime(PageError):
    """What was waited for has not come; it may yet."""

    status = 503
    title = "That has not come yet"


class Away(PageError):
    """The database does not answer, or not in time."""

    status = 503
    title = "We are very busy just now"
    retry_after = 5


SENTENCES = {
    400: "The request was not complete. Please go back and try again.",
    404: "The address may be mistyped, or the page has moved.",
    405: "This address does not do that. Please go back and use the page's own buttons.",
    413: "Please send less at once.",
    500: "The mistake is ours and has been noted. Please try again in a moment.",
    503: "We could not read or store what you asked for. Please wait a few seconds and try again: nothing is lost that "
    "was confirmed before.",
}
TITLES = {404: NotFound.title, 405: "That does not work here", 413: TooLarge.title}


def wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def answer(request: Request, status: int, title: str, sentence: str, headers: dict[str, str]) -> Response:
    if wants_json(request):
        return JSONResponse({"error": title, "sentence": sentence}, status, headers)
    return render(
        request,
        "errors/show.html",
        status_code=status,
        headers=headers,
        status=status,
        title=title,
        sentence=sentence,
    )


async def page_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PageError)
    if isinstance(error, SignInNeeded) and request.method == "GET" and not wants_json(request):
        event = request.path_params.get("event")
        address = f"/{event}/join-link" if isinstance(event, str) and not error.strong else "/sign-in"
        return RedirectResponse(f"{address}?then={request.url.path}", 303)
    sentence = error.sentence or SENTENCES.get(error.status, "")
    return answer(request, error.status, error.title, sentence, error.headers())


def told_plainly(*, challenge: str = "") -> Callable[[Handler], Handler]:
    """Decorate the handler of an address that programs ask: errors are one line of text with their status.

    A program reads no pages and follows no way to a sign-in. With a 401 goes the `challenge`, the scheme by which the
    program may show who sends it (RFC 9110, 11.6.1).
    """

    def decorated(handler: Handler) -> Handler:
        @wraps(handler)
        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except PageError as error:
                headers = error.headers()
                if challenge and error.status == 401:
                    headers["www-authenticate"] = challenge
                return PlainTextResponse(f"{error.sentence}\n", error.status, headers)

        return answered

    return decorated


async def http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    title, sentence = TITLES.get(status, PageError.title), SENTENCES.get(status, str(error.detail))
    return answer(request, status, title, sentence, dict(error.headers or {}))


async def away(request: Request, error: Exception) -> Response:
    """Whoever waited in vain for the database is told to come back, in few steps: there may be many of them.

    What the database refuses is raised on.
    """
    if not is_away(error):
        raise error
    log.warning("the database is away", error=type(error).__name__)
    return await page_error(request, Away())


async def gone(request: Request, error: Exception) -> Response:
    """Whoever asked has gone in mid-body, as a film's upload does when its line breaks. Nobody reads the answer."""
    return Response(status_code=400)


async def surprise(request: Request, error: Exception) -> Response:
    """Anything unforeseen: the visitor gets a page; Starlette raises it on, so that it is logged."""
    return answer(request, 500, PageError.title, SENTENCES[500], {})


HANDLERS: dict[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]] = {
    PageError: page_error,
    HTTPException: http_error,
    DBAPIError: away,
    PoolTimeout: away,
    ConnectionError: away,
    ClientDisconnect: gone,
    Exception: surprise,
}
