"""Sheets of the programme: sessions, tables, announcements, and uses of the hashtag."""

from collections.abc import Iterator

from server.analytics.export.sheets import Column, Sheet
from server.analytics.export.telling import Telling


def sheets(told: Telling) -> Iterator[Sheet]:
    """The sheets `sessions`, `tables`, `announcements` and `mentions`."""
    yield sessions(told)
    yield tables(told)
    yield announcements(told)
    yield mentions(told)


def sessions(told: Telling) -> Sheet:
    columns = [
        Column("session", "The session's slug, as other sheets name it."),
        Column("title", "Title."),
        Column("track", "The track it belongs to."),
        Column("kind", "keynote, talk, panel, assembly or networking."),
        Column("state", "scheduled, live, paused, ended or cancelled."),
        Column("starts_at", "Start on the agenda."),
        Column("ends_at", "End on the agenda."),
        Column("started_at", "Actual start; empty: not yet."),
        Column("ended_at", "Actual end; empty: not yet."),
        Column("recording", "none, ready, open or withdrawn."),
    ]
    rows = [(*row[1:6], *map(told.at, row[6:10]), row.recording) for row in told.records.sessions]
    return Sheet("sessions", "One row for each session.", columns, rows)


def tables(told: Telling) -> Sheet:
    columns = [
        Column("table", "Title of the networking table."),
        Column("topic", "Topic of the conversation there."),
        Column("host", "The speaker who hosts it."),
        Column("seats", "Number of seats."),
        Column("state", "open or closed."),
    ]
    return Sheet("tables", "One row for each networking table.", columns, [row[1:] for row in told.records.tables])


def announcements(told: Telling) -> Sheet:
    columns = [
        Column("sent_at", "Time at which it was sent."),
        Column("withdrawn_at", "Time at which it was withdrawn; empty: it was not."),
        Column("text", "Text of the announcement."),
    ]
    rows = [(told.at(row.created_at), told.at(row.withdrawn_at), row.text) for row in told.records.announcements]
    return Sheet("announcements", "One row for each announcement.", columns, rows)


def mentions(told: Telling) -> Sheet:
    columns = [
        Column("posted_at", "Time of the post."),
        Column("network", "Network on which it was posted."),
        Column("impressions", "Number of times it was shown, as the network states."),
    ]
    rows = [(told.at(row.posted_at), row.network, row.impressions) for row in told.records.mentions]
    about = "One row for each imported post with the event's hashtag, without its author and its address."
    return Sheet("mentions", about, columns, rows)
