"""Permissions: the table of actions and roles, and one pure function over grants."""

import uuid
from collections.abc import Collection, Iterable
from typing import NamedTuple


class Grant(NamedTuple):
    """A role in a scope: installation (no id), event, session, stage or table."""

    role: str
    scope: str
    scope_id: uuid.UUID | None


ACTIONS: dict[str, frozenset[str]] = {
    "event.create": frozenset({"organiser"}),
    "event.edit": frozenset({"organiser"}),
    "event.attend": frozenset(
        {
            "delegate",
            "speaker",
            "host",
            "organiser",
            "producer",
            "moderator",
            "chair",
            "interpreter",
            "help desk",
        }
    ),
    "console.open": frozenset({"organiser", "producer", "moderator", "help desk"}),
    "people.read": frozenset({"organiser", "help desk"}),
    "mail.read": frozenset({"organiser"}),
    "session.edit": frozenset({"organiser", "producer"}),
    "session.move": frozenset({"organiser", "producer"}),
    "recording.move": frozenset({"organiser", "producer"}),
    "recording.edit": frozenset({"organiser", "producer"}),
    "announcement.send": frozenset({"organiser", "producer", "moderator"}),
    "ledger.read": frozenset({"organiser", "producer", "moderator", "analyst"}),
    "table.edit": frozenset({"organiser", "producer"}),
    "table.host": frozenset({"host", "organiser"}),
    "speaker.open": frozenset({"speaker", "host"}),
    "backstage.join": frozenset({"speaker", "interpreter", "chair", "organiser", "producer"}),
    "stage.direct": frozenset({"organiser", "producer"}),
    "survey.answer": frozenset({"delegate"}),
    "report.read": frozenset({"organiser", "analyst"}),
    "export.read": frozenset({"organiser", "analyst"}),
    "log.read": frozenset({"organiser"}),
}
"""Each action and the roles that allow it."""

CREW = frozenset({"organiser", "producer", "moderator", "analyst", "help desk"})
"""Roles that count only in a browser that was signed in strongly (password and code, or a link of the shell)."""


def grants_of(
    held: Iterable[Grant],
    *,
    is_strong: bool,
    event_id: uuid.UUID | None = None,
    registration_state: str | None = None,
) -> frozenset[Grant]:
    """The grants that count for a person in one browser, of all that they hold.

    `is_strong` says how that browser was signed in, and decides over the roles of the crew. A confirmed registration
    makes its person a delegate of the event.
    """
    counted = {grant for grant in held if is_strong or grant.role not in CREW}
    if registration_state == "confirmed":
        counted.add(Grant("delegate", "event", event_id))
    return frozenset(counted)


def allows(
    grants: Collection[Grant],
    action: str,
    *,
    event_id: uuid.UUID | None = None,
    session_id: uuid.UUID | None = None,
    table_id: uuid.UUID | None = None,
    stage_id: uuid.UUID | None = None,
) -> bool:
    """True when any grant allows the action there. Raises KeyError for an action that is not in the table.

    A grant reaches downwards: the installation covers all events, an event its sessions, tables and stages.
    """
    roles = ACTIONS[action]
    reach = {("event", event_id), ("session", session_id), ("table", table_id), ("stage", stage_id)}
    return any(
        grant.role in roles
        and (grant.scope == "installation" or (grant.scope_id is not None and (grant.scope, grant.scope_id) in reach))
        for grant in grants
    )
