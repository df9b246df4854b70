"""Probes for operators: the process is alive, it is ready, and its metrics."""

import hmac

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.running.metrics import exposition
from server.store import mails
from server.store.engine.availability import Trouble
from server.web.addresses import sender_of
from server.web.errors import Forbidden


async def live(request: Request) -> Response:
    """Answer: the process is alive."""
    return PlainTextResponse("alive\n")


async def ready(request: Request) -> Response:
    """Answer that visitors can be sent here: the database takes a write. Without Redis each process goes on alone."""
    trouble: Trouble | None = await request.app.state.readiness.trouble()
    if trouble is not None:
        return PlainTextResponse(f"not ready: {trouble.value}\n", 503)
    degraded = []
    if request.app.state.hub.bus_away:
        degraded.append("Redis does not answer")
    if jumped_by_s := request.app.state.wall_clock.jumped_by_s():
        degraded.append(f"the clock has jumped by {jumped_by_s:+.0f} s, and nothing begins or ends by it")
    return PlainTextResponse(f"ready, but degraded: {'; '.join(degraded)}\n" if degraded else "ready\n")


async def metrics(request: Request) -> Response:
    """Prometheus' text format; from this machine, or with the bearer token. Raises Forbidden."""
    token = request.app.state.settings.metrics_token
    sent = request.headers.get("authorization", "").removeprefix("Bearer ")
    sender = sender_of(request)
    local = sender is not None and sender.is_loopback
    forwarded = "x-forwarded-for" in request.headers
    if not (local and not forwarded) and not (token and hmac.compare_digest(sent.encode(), token.encode())):
        raise Forbidden("Metrics are for this machine, or for who has the token.")
    async with request.app.state.db.reading() as db:
        waiting = await mails.waiting(db)
    return Response(exposition(mail_waiting=waiting), media_type=CONTENT_TYPE_LATEST)
