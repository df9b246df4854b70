"""The organisers' pages: to watch an event, to set it up and to direct it."""

from server.pages.console import (
    events,
    films,
    mails,
    overview,
    privacy,
    recordings,
    registrations,
    security_log,
    sessions,
    speakers,
    stages,
    tables,
    tracks,
)

__all__ = [
    "events",
    "films",
    "mails",
    "overview",
    "privacy",
    "recordings",
    "registrations",
    "security_log",
    "sessions",
    "speakers",
    "stages",
    "tables",
    "tracks",
]
