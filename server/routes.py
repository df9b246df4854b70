"""Every address on one screen. First path segments that are ours are reserved slugs."""

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from server.live import socket
from server.pages import (
    agenda,
    events,
    health,
    home,
    join,
    lobby,
    media,
    my_data,
    recordings,
    registration,
    sessions,
    static,
    styleguide,
)

GET, POST = ["GET"], ["POST"]
BOTH = ["GET", "POST"]

ROUTES: list[BaseRoute] = [
    Route("/livez", health.live, name="livez"),
    Route("/readyz", health.ready, name="readyz"),
    Route("/metrics", health.metrics, name="metrics"),
    WebSocketRoute("/live", socket.show, name="live"),
    Route("/static/{path:path}", static.show, name="static"),
    Route("/styleguide", styleguide.show, name="styleguide"),
    Route("/", home.index, name="home"),
    Route("/join/{token}", join.show, methods=GET, name="join"),
    Route("/join/{token}", join.create, methods=POST),
    Route("/{event}", events.show, name="event"),
    Route("/{event}/share.svg", events.qr, name="event_qr"),
    Route("/{event}/registration", registration.new, methods=GET, name="registration"),
    Route("/{event}/registration", registration.create, methods=POST),
    Route("/{event}/registration/done", registration.done, name="registration_done"),
    Route("/{event}/registration/cancel", registration.cancel, methods=POST, name="registration_cancel"),
    Route("/{event}/join-link", join.ask, methods=GET, name="join_link"),
    Route("/{event}/join-link", join.send, methods=POST),
    Route("/{event}/lobby", lobby.show, name="lobby"),
    Route("/{event}/agenda", agenda.index, name="agenda"),
    Route("/{event}/agenda.ics", agenda.calendar, name="agenda_ics"),
    Route("/{event}/agenda/{session}/bookmark", agenda.bookmark, methods=POST, name="bookmark"),
    Route("/{event}/sessions/{session}.ics", sessions.calendar, name="session_ics"),
    Route("/{event}/sessions/{session}", sessions.show, name="session"),
    Route("/{event}/sessions/{session}/progress", sessions.progress, methods=["PUT"], name="progress"),
    Route("/{event}/sessions/{session}/media/poster.jpg", media.poster, name="poster"),
    Route("/{event}/sessions/{session}/media/{name}", media.show, name="media"),
    Route("/segments/{media_key}/{name}", media.segment, name="segments"),
    Route("/{event}/recordings", recordings.index, name="recordings"),
    Route("/{event}/my-data", my_data.show, name="my_data"),
    Route("/{event}/my-data/download", my_data.download, name="my_data_download"),
    Route("/{event}/my-data/erase", my_data.erase, methods=POST, name="my_data_erase"),
]

RESERVED_SLUGS = frozenset(
    {route.path.split("/")[1] for route in ROUTES if isinstance(route, Route | WebSocketRoute | Mount)}
    | {"stages", "tables", "media", "console", "report"}
)
"""Slugs that no event may have."""
