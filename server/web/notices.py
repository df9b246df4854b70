"""Notices: sentences that a page shows once, after a form was sent.

A cookie of the browser that sent the form carries the key and the page, so no link can make a page say what is not so.
"""

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from server.settings import Settings

SHOWN_WITHIN_S = 60
"""The longest time between a form's answer and the page that says so."""


class PageNotice(NamedTuple):
    """A sentence to show; its `kind`, good or warn, decides the look."""

    kind: str
    text: str


NOTICES: dict[str, PageNotice] = {
    "joined": PageNotice("good", "You are in. Welcome."),
    "signed-in": PageNotice("good", "You are signed in."),
    "signed-out": PageNotice("good", "You are signed out."),
    "saved": PageNotice("good", "Saved."),
    "retention-day": PageNotice("good", "The day is set. It is stated on every page that asks for details."),
    "retention-later": PageNotice("good", "The day is later now, and everybody who is registered is told by mail."),
    "deleted": PageNotice("good", "Deleted."),
    "devices-ended": PageNotice("good", "All your other browsers are signed out."),
    "event-made": PageNotice("good", "Your event is made. It is a draft until you open it."),
    "event-open": PageNotice("good", "The event is open: everybody can find it now."),
    "event-close": PageNotice("good", "The event is closed."),
    "event-reopen": PageNotice("good", "The event is open again."),
    "session-start": PageNotice("good", "The session is live."),
    "session-pause": PageNotice("good", "The session is paused."),
    "session-resume": PageNotice("good", "The session goes on."),
    "session-end": PageNotice("good", "The session is over."),
    "session-take-up": PageNotice("good", "The session goes on, as if it had not ended."),
    "session-cancel": PageNotice("good", "The session is cancelled. You can put it back."),
    "session-reinstate": PageNotice("good", "The session is back on the agenda."),
    "recording-open": PageNotice("good", "The recording is open."),
    "recording-withdraw": PageNotice("good", "The recording is withdrawn, and its old addresses are dead."),
    "recording-cut": PageNotice("good", "The recording is cut."),
    "captions-saved": PageNotice("good", "The captions are saved. New viewers see them at once."),
    "draft-asked": PageNotice("good", "The captions are being drafted. You can leave this page."),
    "draft-kept": PageNotice("good", "The draft is kept. Nobody else sees it yet."),
    "chapter-marked": PageNotice("good", "The chapter is marked. Give it a name on the recording’s page."),
    "announced": PageNotice("good", "Your announcement is on every open page."),
    "withdrawn": PageNotice("good", "The announcement is withdrawn."),
    "mail-again": PageNotice("good", "The mail will be sent again."),
    "mails-again": PageNotice("good", "The mail is being sent again. Its state is below."),
    "speaker-invited": PageNotice("good", "The invitation is on its way."),
    "seat-freed": PageNotice("good", "The seat is free again."),
    "seated": PageNotice("good", "You are seated."),
    "name-shown": PageNotice("good", "The others here see your name now."),
    "name-hidden": PageNotice("good", "Your name is hidden here, also beside what you wrote before."),
    "seat-left": PageNotice("good", "You have left the table."),
    "queued": PageNotice("good", "You are in the queue. Stay in the lounge: the seat is kept for a minute."),
    "queue-left": PageNotice("good", "You are no longer waiting."),
    "offer-declined": PageNotice("good", "The seat goes to the next."),
    "message-removed": PageNotice("good", "The message is gone."),
    "table-close": PageNotice("good", "The table is closed."),
    "table-open": PageNotice("good", "The table is open."),
    "security-saved": PageNotice("good", "Your password and one-time codes are set. Use them from now on."),
    "device-ended": PageNotice("good", "That browser is signed out."),
    "registered": PageNotice("good", "You are registered. Your join link is on its way by mail."),
    "link-sent": PageNotice(
        "good", "If this address is registered, a fresh link is on its way. Please look in your mail."
    ),
    "erased": PageNotice("good", "Everything that told who you are is erased. Thank you for having been here."),
    "registration-cancelled": PageNotice("good", "Your registration is cancelled."),
    "bookmarked": PageNotice("good", "Added to my agenda."),
    "unbookmarked": PageNotice("good", "Removed from my agenda."),
}

KEPT: dict[str, PageNotice] = {
    "retention-later": PageNotice("warn", "The day is later now. This server sends no mail: please tell everybody."),
    "mail-again": PageNotice("warn", "No mail server is set, so the mail is kept here."),
    "mails-again": PageNotice("warn", "No mail server is set, so the mail is kept here."),
    "speaker-invited": PageNotice("warn", "The invitation is kept under Mail: hand them their link from there."),
    "registered": PageNotice(
        "good", "You are registered. This server sends no mail: the organiser hands you your link."
    ),
    "link-sent": PageNotice(
        "good", "If this address is registered, the organiser has a fresh link for it. This server sends no mail."
    ),
}
"""The notices about mail of a server that sends none."""


def leave(request: Request, response: Response, key: str, path: str) -> None:
    """Have the page at `path` show a notice once to this browser. Raises KeyError for a notice that does not exist."""
    if key not in NOTICES:
        raise KeyError(key)
    settings = request.app.state.settings
    name, value = cookie_name(settings), f"{key}:{path}"
    response.set_cookie(name, value, SHOWN_WITHIN_S, httponly=True, samesite="lax", secure=settings.is_https)


def left(request: Request) -> PageNotice | None:
    """The notice that was left for the page of a request; None where there is none, or it is for another page."""
    key, _, path = request.cookies.get(cookie_name(request.app.state.settings), "").partition(":")
    if path != request.url.path or key not in NOTICES:
        return None
    is_kept = not request.app.state.settings.mail_server and key in KEPT
    return KEPT[key] if is_kept else NOTICES[key]


def forget(request: Request, response: Response) -> None:
    """Let the browser forget the notice that this response shows."""
    settings = request.app.state.settings
    response.delete_cookie(cookie_name(settings), httponly=True, samesite="lax", secure=settings.is_https)


def cookie_name(settings: Settings) -> str:
    """The cookie's name, bound to this host where the site has HTTPS."""
    return "__Host-notice" if settings.is_https else "notice"
