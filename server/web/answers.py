"""Errors as answers: a page for people, JSON or one line of text for programs. The one module that knows statuses."""

from collections.abc import Awaitable, Callable
from functools import wraps

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from server.store.engine.availability import Trouble, cause_of, trouble_of
from server.web.errors import OF_TROUBLE, Away, NotFound, PageError, SignInNeeded, TooLarge
from server.web.security_log import note_refusal
from server.web.templating import render

Handler = Callable[[Request], Awaitable[Response]]
log = structlog.get_logger("plenary.errors")

SENTENCES = {
    400: "The request was not complete. Please go back and try again.",
    404: "The address may be mistyped, or the page has moved.",
    405: "This address does not do that. Please go back and use the page's own buttons.",
    413: "Please send less at once.",
    500: "The mistake is ours and has been noted. Please try again in a moment.",
    503: OF_TROUBLE[Trouble.BUSY][1],
}
FOR_PROGRAMS = {
    404: "There is nothing at this address.",
    405: "This address does not take this method: the header Allow names the methods that it takes.",
}
"""The sentences that differ for a reader without buttons."""
TITLES = {404: NotFound.title, 405: "That does not work here", 413: TooLarge.title}


def wants_json(request: Request) -> bool:
    """True when the client accepts JSON and no page."""
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def is_for_programs(request: Request) -> bool:
    """True for an address that programs ask, whatever stands in its parts, and whether or not it takes the method."""
    return any(pattern.fullmatch(request.scope["path"]) for pattern in request.app.state.machines)


def answer(request: Request, status: int, title: str, sentence: str, headers: dict[str, str]) -> Response:
    """An error as a page, as JSON with its title and sentence, or as a line of text where only programs ask."""
    if wants_json(request):
        return JSONResponse({"error": title, "sentence": sentence}, status, headers)
    if is_for_programs(request):
        return PlainTextResponse(f"{FOR_PROGRAMS.get(status, sentence)}\n", status, headers)
    return render(
        request,
        "errors/show.html",
        status_code=status,
        headers=headers,
        status=status,
        title=title,
        sentence=sentence,
    )


def reads_no_page(request: Request) -> bool:
    return wants_json(request) or is_for_programs(request)


async def page_error(request: Request, error: Exception) -> Response:
    """The answer to a PageError; a stranger who asked for a page goes to where they can sign in, and then back."""
    assert isinstance(error, PageError)
    note_refusal(request, error)
    if isinstance(error, SignInNeeded) and request.method == "GET" and not reads_no_page(request):
        event = request.path_params.get("event")
        address = f"/{event}/join-link" if isinstance(event, str) and not error.strong else "/sign-in"
        return RedirectResponse(f"{address}?then={request.scope['path']}", 303)
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
                note_refusal(request, error)
                headers = error.headers()
                if challenge and error.status == 401:
                    headers["www-authenticate"] = challenge
                return PlainTextResponse(f"{error.sentence}\n", error.status, headers)

        return answered

    return decorated


async def http_error(request: Request, error: Exception) -> Response:
    """The answer to an error that Starlette raised: no such address, or none for this method."""
    assert isinstance(error, HTTPException)
    status = error.status_code
    title, sentence = TITLES.get(status, PageError.title), SENTENCES.get(status, str(error.detail))
    return answer(request, status, title, sentence, dict(error.headers or {}))


async def away(request: Request, error: Exception) -> Response:
    """Ask the visitor to come back when the database is in trouble; an error of another kind is raised on.

    It takes few steps: many visitors may have waited in vain.
    """
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    log.warning("the database is away", trouble=trouble.value, cause=cause_of(error))
    return await page_error(request, Away(trouble=trouble))


async def gone(request: Request, error: Exception) -> Response:
    """The client went away in mid-body, as in a film's upload when the line breaks. Nobody reads the answer."""
    return Response(status_code=400)


async def surprise(request: Request, error: Exception) -> Response:
    """An unforeseen error: the visitor gets a page; `app` has the error raised on, so that it is logged."""
    return answer(request, 500, PageError.title, SENTENCES[500], {})


HANDLERS: dict[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]] = {
    PageError: page_error,
    HTTPException: http_error,
    DBAPIError: away,
    PoolTimeout: away,
    OSError: away,
    ClientDisconnect: gone,
}
"""For each foreseen kind of error, the function that answers it."""
