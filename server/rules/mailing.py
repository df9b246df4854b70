"""The words about mail: a sentence for a server that sends mail, and one for a server that keeps it. Pure."""

from typing import NamedTuple


class MailWords(NamedTuple):
    """The sentence where a mail server is set, and where none is: the organiser hands on what was written."""

    sent: str
    kept: str


MAILING = {
    "registering": MailWords(
        "We greet you by this name, and mail you the link that lets you in.",
        "We greet you by this name. This server sends no mail, so the organiser hands you the link that lets you in.",
    ),
    "full": MailWords(
        "A place that becomes free goes to the person who has waited longest, and we tell them by mail.",
        "A place that becomes free goes to the person who has waited longest. Please look at your registration again.",
    ),
    "waiting": MailWords(
        "and get a mail as soon as there is a place for you.",
        "and see here when there is a place for you: this server sends no mail.",
    ),
    "done-title": MailWords("Look in your mail", "The organiser has your link"),
    "done-heading": MailWords("Thank you. Please look in your mail.", "Thank you. The organiser has your link."),
    "done": MailWords(
        "We have sent you a mail. It tells you whether you have a place, and it holds the link that lets you in.",
        "This server sends no mail. The organiser has what we wrote to you: whether you have a place, and the link "
        "that lets you in.",
    ),
    "asking": MailWords(
        "Give the address you registered with, and we mail you a fresh link into",
        "This server sends no mail. Give the address you registered with, and the organiser gets your fresh link into",
    ),
    "replaced": MailWords(
        "We sent you a newer link. Please look for it in your mail, or ask for another.",
        "There is a newer link. The organiser has it for you.",
    ),
    "forwarded": MailWords(
        "so we have ended this one and mailed a fresh link to the person it belongs to.",
        "so we have ended this one. The organiser has a fresh link for the person it belongs to.",
    ),
    "forwarded-mine": MailWords(
        "If that is you, please look in your mail.", "If that is you, please ask the organiser."
    ),
    "opening": MailWords(
        "",
        "Open the event? No mail server is set: whoever registers gets their link from you, who find it under Mail.",
    ),
    "inviting": MailWords(
        "A mail with their own link to their sessions and their table.",
        "No mail server is set: the invitation is kept under Mail. Read it there, and hand them their link.",
    ),
}
"""The sentences, by the moment at which a page says them."""


def words_of(*, is_sent: bool) -> dict[str, str]:
    """The sentences of a server that sends mail, or that keeps it."""
    return {moment: words.sent if is_sent else words.kept for moment, words in MAILING.items()}
