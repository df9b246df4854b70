"""Layers that each request passes through, as pure ASGI: request id and log, headers, viewer, address, origin, size."""

import secrets
import time
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from server.rules.numbers import is_number
from server.rules.plain_text import has_control_character
from server.settings import Settings
from server.store.engine.availability import trouble_of
from server.trust.sign_in import NOBODY, viewer_of
from server.web.answers import away, page_error
from server.web.errors import Away, Forbidden, NotFound, TooLarge

MAX_BODY_BYTES = 1_000_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_VIEWER = ("/static/", "/segments/", "/livez", "/readyz", "/metrics")
PLAYLIST = ".m3u8"
"""The ending of playlists, which each player asks for every two seconds: their handler remembers the viewer."""
CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'{store}; media-src 'self' blob:; worker-src 'self' blob:; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECRET_AFTER = ("join", "segments")
"""First path segments after which a secret follows."""
log = structlog.get_logger("plenary.request")


class RequestLog:
    """Gives each request an id, adds the id to the answer, and logs one line about the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id, began, status = secrets.token_hex(8), time.perf_counter(), 500
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            took_ms = round((time.perf_counter() - began) * 1000, 1)
            log.info(
                "request",
                id=request_id,
                method=scope["method"],
                path=without_secrets(scope["path"]),
                status=status,
                ms=took_ms,
            )


def without_secrets(path: str) -> str:
    """The path without a secret in it: the token of a join link, or the key of a session's segments."""
    first = path.strip("/").partition("/")[0]
    return f"/{first}/…" if first in SECRET_AFTER else path


class SecurityHeaders:
    """Adds a strict content security policy with a nonce for each page, and further headers of security."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        public = urlsplit(settings.store_public_url)
        self.store = f" {public.scheme}://{public.netloc}" if public.netloc else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        nonce = scope.setdefault("state", {})["nonce"] = secrets.token_urlsafe(16)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = CSP.format(nonce=nonce, store=self.store)
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "same-origin"
                headers["cross-origin-opener-policy"] = "same-origin"
                headers["permissions-policy"] = "geolocation=(), payment=(), usb=()"
                headers.setdefault("cache-control", "no-store")
                if self.settings.is_https:
                    headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class SameOrigin:
    """Refuses a browser's unsafe request from another site, by Sec-Fetch-Site or else Origin.

    A request without either comes from no browser that would send somebody's cookie unasked.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self.allowed(Headers(scope=scope)):
            error = Forbidden("This form was sent from another site. Please open the page here and send it again.")
            response = await page_error(Request(scope, receive), error)
            return await response(scope, receive, send)
        await self.app(scope, receive, send)

    def allowed(self, headers: Headers) -> bool:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site in ("same-origin", "none")
        return origin is None or is_own_origin(origin, headers, self.settings)


def is_own_origin(origin: str, headers: Headers, settings: Settings) -> bool:
    """True for an Origin header that names this server: its public address, or the host of the request."""
    return origin == settings.base_url or origin.partition("://")[2] == headers.get("host")


class BodyLimit:
    """Refuses a body over MAX_BODY_BYTES, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        announced = Headers(scope=scope).get("content-length", "0")
        if not is_number(announced) or int(announced) > MAX_BODY_BYTES:
            return await self.refuse(scope, receive, send)
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise TooLarge("Please send less at once.")
            return message

        await self.app(scope, counted, send)

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await page_error(Request(scope, receive), TooLarge("Please send less at once."))
        await response(scope, receive, send)


class PlainAddress:
    """Answers 404 to an address with a character that no name of ours has, and that no database would look for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and has_control_character(scope["path"]):
            response = await page_error(Request(scope, receive), NotFound())
            return await response(scope, receive, send)
        await self.app(scope, receive, send)


class WhoIsThis:
    """Finds the viewer of each request that can have one; while the database is away, asks to come back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            unasked = scope["path"].startswith(WITHOUT_VIEWER) or scope["path"].endswith(PLAYLIST)
            scope.setdefault("state", {})["viewer"] = NOBODY
            try:
                viewer = NOBODY if unasked else await viewer_of(HTTPConnection(scope))
            except Exception as error:
                return await self.refuse(error, scope, receive, send)
            scope["state"]["viewer"] = viewer
        await self.app(scope, receive, send)

    async def refuse(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page, or a handshake with a plain 503. Raises any error but the absence of the database."""
        if scope["type"] == "http":
            response = await away(Request(scope, receive), error)
            return await response(scope, receive, send)
        trouble = trouble_of(error)
        if trouble is None:
            raise error
        refusal = PlainTextResponse(status_code=503, headers=Away(trouble=trouble).headers())
        await WebSocket(scope, receive, send).send_denial_response(refusal)
