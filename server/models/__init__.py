"""Relations and their constraints. No queries."""

from server.models.columns import Sealed, SealedText, UTCDateTime, utc_now
from server.models.events import (
    Announcement,
    Event,
    Film,
    HashtagMention,
    RetentionMove,
    Session,
    SessionPause,
    SessionSpeaker,
    Speaker,
    Track,
)
from server.models.films import FilmUpload
from server.models.jobs import Job, Leased
from server.models.keeping import Keeping
from server.models.live import (
    Attendance,
    DroppedFrames,
    Reaction,
    RefusalTally,
    RightsRevision,
    Tally,
    TopicRevision,
)
from server.models.mail import Mail
from server.models.people import GrantRow, JoinLink, Person, SignIn
from server.models.recordings import CaptionDraft, Chapter, WatchInterval
from server.models.registrations import Bookmark, Registration, WatchProgress
from server.models.security import SecurityEntry
from server.models.stages import Stage, StageSource
from server.models.surveys import Answer, Question, Response, Survey
from server.models.tables import NameTag, NetworkingTable, QueueEntry, Seat, TableMessage, TableStay

__all__ = [
    "Announcement",
    "Answer",
    "Attendance",
    "Bookmark",
    "CaptionDraft",
    "Chapter",
    "DroppedFrames",
    "Event",
    "Film",
    "FilmUpload",
    "GrantRow",
    "HashtagMention",
    "Job",
    "JoinLink",
    "Keeping",
    "Leased",
    "Mail",
    "NameTag",
    "NetworkingTable",
    "Person",
    "Question",
    "QueueEntry",
    "Reaction",
    "RefusalTally",
    "Registration",
    "Response",
    "RetentionMove",
    "RightsRevision",
    "Sealed",
    "SealedText",
    "Seat",
    "SecurityEntry",
    "Session",
    "SessionPause",
    "SessionSpeaker",
    "SignIn",
    "Speaker",
    "Stage",
    "StageSource",
    "Survey",
    "TableMessage",
    "TableStay",
    "Tally",
    "TopicRevision",
    "Track",
    "UTCDateTime",
    "WatchInterval",
    "WatchProgress",
    "utc_now",
]
