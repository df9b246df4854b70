"""The security log's closed vocabulary: every act that it holds, in words, and the time for which it is kept. Pure."""

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Literal

from server.rules.permissions import ACTIONS, Grant

Outcome = Literal["done", "refused", "full"]
KEPT = timedelta(days=180)
"""The age at which an entry is removed."""

STRONG = frozenset(action for action, roles in ACTIONS.items() if "delegate" not in roles)
"""The actions that being a delegate does not allow. Each one that changes something leaves an entry."""

ACTS: dict[str, str] = {
    "event.create": "Make an event",
    "event.edit": "Change the event",
    "console.open": "Open the console",
    "people.read": "Read the list of people",
    "mail.read": "Read or resend mail",
    "session.edit": "Plan the programme",
    "session.move": "Move a session",
    "recording.move": "Open or withdraw a recording",
    "recording.edit": "Edit a recording",
    "announcement.send": "Send an announcement",
    "ledger.read": "Read the ledger of reactions",
    "table.edit": "Change a table",
    "table.host": "Host a table",
    "speaker.open": "Open the speakers’ page",
    "backstage.join": "Go backstage",
    "stage.direct": "Direct a stage",
    "report.read": "Read the report",
    "export.read": "Export the event",
    "log.read": "Read the security log",
    "sign-in": "Sign in",
    "sign-out": "Sign out",
    "password.set": "Set a password and an authenticator",
    "link.create": "Make a first link",
    "link.use": "Open a join link",
    "stream-key.use": "Send with a stream key",
    "grant.give": "Give a role",
    "grant.take": "Take a role away",
    "data.erase": "Erase a person’s data",
}
"""Every act, and its words for organisers. A test compares them with `STRONG`."""

ROLES = ("organiser", "producer", "moderator", "help desk", "analyst", "chair", "interpreter", "host", "speaker")
"""The roles from the strongest on."""


def strongest_role(grants: Collection[Grant], event_id: uuid.UUID | None) -> str:
    """The strongest role that any of the grants gives at an event or below it; `delegate` for the others there."""
    narrow = {"session", "table", "stage"}
    held = {
        grant.role
        for grant in grants
        if grant.scope == "installation" or grant.scope in narrow or (event_id and grant.scope_id == event_id)
    }
    return next((role for role in ROLES if role in held), "delegate" if "delegate" in held else "")
