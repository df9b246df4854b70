"""The sentences that the next page shows once after a form has been sent; an address carries only their key."""

from typing import NamedTuple


class Notice(NamedTuple):
    """`kind` is good or warn."""

    kind: str
    text: str


NOTICES: dict[str, Notice] = {
    "joined": Notice("good", "You are in. Welcome."),
    "signed-in": Notice("good", "You are signed in."),
    "signed-out": Notice("good", "You are signed out."),
    "saved": Notice("good", "Saved."),
    "deleted": Notice("good", "Deleted."),
    "devices-ended": Notice("good", "All your other browsers are signed out."),
    "event-made": Notice("good", "Your event is made. It is a draft until you open it."),
    "event-open": Notice("good", "The event is open: everybody can find it now."),
    "event-close": Notice("good", "The event is closed."),
    "event-reopen": Notice("good", "The event is open again."),
    "session-start": Notice("good", "The session is live."),
    "session-pause": Notice("good", "The session is paused."),
    "session-resume": Notice("good", "The session goes on."),
    "session-end": Notice("good", "The session is over."),
    "session-cancel": Notice("good", "The session is cancelled. You can put it back."),
    "session-reinstate": Notice("good", "The session is back on the agenda."),
    "recording-open": Notice("good", "The recording is open."),
    "recording-withdraw": Notice("good", "The recording is withdrawn, and its old addresses are dead."),
    "recording-cut": Notice("good", "The recording is cut."),
    "captions-saved": Notice("good", "The captions are saved. New viewers see them at once."),
    "draft-asked": Notice("good", "The captions are being drafted. You can leave this page."),
    "draft-kept": Notice("good", "The draft is kept. Nobody else sees it yet."),
    "chapter-marked": Notice("good", "The chapter is marked. Give it a name on the recording’s page."),
    "announced": Notice("good", "Your announcement is on every open page."),
    "withdrawn": Notice("good", "The announcement is withdrawn."),
    "mail-again": Notice("good", "The mail will be sent again."),
    "speaker-invited": Notice("good", "The invitation is on its way."),
    "seat-freed": Notice("good", "The seat is free again."),
    "seated": Notice("good", "You are seated."),
    "seat-left": Notice("good", "You have left the table."),
    "queued": Notice("good", "You are in the queue. Stay in the lounge: the seat is kept for a minute."),
    "queue-left": Notice("good", "You are no longer waiting."),
    "offer-declined": Notice("good", "The seat goes to the next."),
    "message-removed": Notice("good", "The message is gone."),
    "table-close": Notice("good", "The table is closed."),
    "table-open": Notice("good", "The table is open."),
    "security-saved": Notice("good", "Your password and one-time codes are set. Use them from now on."),
    "device-ended": Notice("good", "That browser is signed out."),
    "registered": Notice("good", "You are registered. Your join link is on its way by mail."),
    "link-sent": Notice("good", "If this address is registered, a fresh link is on its way. Please look in your mail."),
    "erased": Notice("good", "Everything that told who you are is erased. Thank you for having been here."),
    "registration-cancelled": Notice("good", "Your registration is cancelled."),
    "bookmarked": Notice("good", "Added to my agenda."),
    "unbookmarked": Notice("good", "Removed from my agenda."),
}
