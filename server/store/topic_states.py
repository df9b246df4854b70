"""The states of the row topics, each worked out from the rows that it is made of. Reads nothing itself.

A room sends these states and a page is first drawn from them, so a page can tell when what it shows is old.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from rooms.session import RecordingState, State, Status
from rooms.topics.agenda import AgendaShown, SessionSummary
from rooms.topics.announcements import AnnouncementShown
from rooms.topics.keeping import Kept, Trouble
from rooms.topics.registrations import Registrations
from rooms.topics.stage import Air, AirState, BackstageShown, SourceShown, SourceState
from rooms.topics.tables import Lounge, Messages, MessageShown, Seats, SeatShown, TableSummary
from server.models import Announcement, Event, Keeping, Session, Stage, StageSource
from server.store.tables import SetTable, TableLine


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970, UTC, as the rooms count."""
    return round(at.timestamp() * 1000)


def announcement(shown: Announcement | None) -> AnnouncementShown:
    """The announcement of an event; None: there is none."""
    if shown is None:
        return AnnouncementShown()
    return AnnouncementShown(str(shown.id), shown.text, epoch_ms(shown.created_at))


def agenda(sessions: Sequence[Session]) -> AgendaShown:
    """The agenda of an event, of its sessions in the order of time."""
    return AgendaShown(
        [
            SessionSummary(
                str(session.id),
                msgspec.convert(session.state, State),
                epoch_ms(session.starts_at),
                epoch_ms(session.ends_at),
                msgspec.convert(session.recording, RecordingState),
            )
            for session in sessions
        ]
    )


def status(session: Session, *, event_state: str) -> Status:
    """The status of a session, whose event is in this state."""
    return Status(
        msgspec.convert(session.state, State),
        epoch_ms(session.starts_at),
        epoch_ms(session.ends_at),
        epoch_ms(session.started_at) if session.started_at else None,
        epoch_ms(session.ended_at) if session.ended_at else None,
        msgspec.convert(session.recording, RecordingState),
        event_state == "closed",
    )


def registrations(event: Event, counts: Mapping[str, int]) -> Registrations:
    """The registrations of an event, of their number in each state."""
    return Registrations(counts["confirmed"], counts["held"], counts["waitlisted"], event.target)


def lounge(tables: Sequence[SetTable]) -> Lounge:
    """The lounge of an event, of its tables in their order."""
    return Lounge(
        [
            TableSummary(
                str(each.table.id),
                each.table.state,
                each.free,
                sum(seat.state == "taken" for seat in each.seats),
                each.waiting,
            )
            for each in tables
        ]
    )


def seats(found: SetTable) -> Seats:
    """The seats of a table."""
    return Seats(
        found.table.state,
        [
            SeatShown(
                seat.number,
                seat.state,
                seat.name,
                seat.organisation,
                host=seat.person_id is not None and found.is_hosted_by(seat.person_id),
            )
            for seat in found.seats
        ],
        found.free,
        found.waiting,
    )


def messages(lines: Sequence[TableLine]) -> Messages:
    """The talk of a table, of its newest lines."""
    return Messages([MessageShown(str(line.id), line.name, line.text, epoch_ms(line.sent_at)) for line in lines])


def air(stage: Stage | None, *, is_signed: bool = False) -> Air:
    """The air of a stage; None for a session without a stage."""
    if stage is None:
        return Air("none")
    return Air(msgspec.convert(stage.state, AirState), epoch_ms(stage.at) if stage.at else None, is_signed)


def backstage(stage: Stage, sources: Sequence[StageSource]) -> BackstageShown:
    """The backstage of a stage, of its sources in their order."""
    return BackstageShown(
        [
            SourceShown(
                str(source.id),
                str(source.person_id) if source.person_id else None,
                source.name,
                source.role,
                source.slot,
                msgspec.convert(source.state, SourceState),
                source.connection,
                source.is_on_air,
                source.id == stage.taken_id,
                source.id == stage.signing_id,
            )
            for source in sources
        ],
        stage.follows_voice,
    )


def kept(keeping: Keeping | None) -> Kept:
    """The state of a recording for the crew; None: nothing was kept of its session."""
    if keeping is None:
        return Kept()
    return Kept(
        epoch_ms(keeping.safe_up_to) if keeping.safe_up_to else None,
        msgspec.convert([*keeping.troubles, *(["store"] if keeping.store_away else [])], list[Trouble]),
        "unchecked" if keeping.checked_at is None else "faulty" if keeping.faults else "good",
    )
