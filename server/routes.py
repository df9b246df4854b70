"""Every address on one screen. First path segments that are ours are reserved slugs."""

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from server.pages import health, static

GET, POST = ["GET"], ["POST"]
BOTH = ["GET", "POST"]

ROUTES: list[BaseRoute] = [
    Route("/livez", health.live, name="livez"),
    Route("/readyz", health.ready, name="readyz"),
    Route("/metrics", health.metrics, name="metrics"),
    Route("/static/{path:path}", static.show, name="static"),
]

RESERVED_SLUGS = frozenset(
    {route.path.split("/")[1] for route in ROUTES if isinstance(route, Route | WebSocketRoute | Mount)}
    | {"stages", "tables", "media", "console", "report"}
)
"""Slugs that no event may have."""
