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
    "security-saved": Notice("good", "Your password and one-time codes are set. Use them from now on."),
    "device-ended": Notice("good", "That browser is signed out."),
    "registered": Notice("good", "You are registered. Your join link is on its way by mail."),
    "link-sent": Notice("good", "If this address is registered, a fresh link is on its way. Please look in your mail."),
    "erased": Notice("good", "Everything that told who you are is erased. Thank you for having been here."),
    "registration-cancelled": Notice("good", "Your registration is cancelled."),
    "bookmarked": Notice("good", "Added to my agenda."),
    "unbookmarked": Notice("good", "Removed from my agenda."),
}
