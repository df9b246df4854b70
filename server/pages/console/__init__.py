"""The organisers' pages: what they see, set up and direct."""

from server.pages.console import (
    events,
    films,
    mails,
    overview,
    recordings,
    registrations,
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
    "recordings",
    "registrations",
    "sessions",
    "speakers",
    "stages",
    "tables",
    "tracks",
]
