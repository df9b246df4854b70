"""Every error that a page can end in, with its status. `answers` turns each into an answer."""

from server.store.engine.availability import Trouble


class PageError(Exception):
    """An error with a status and a kind sentence that says what to do."""

    status = 500
    title = "Something went wrong"
    retry_after: int | None = None
    """Seconds after which to try again; None when that would not help."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def headers(self) -> dict[str, str]:
        """The headers of the answer in all its forms."""
        return {} if self.retry_after is None else {"retry-after": str(self.retry_after)}


class NotFound(PageError):
    """There is nothing at this address, or nothing that this visitor may know of."""

    status = 404
    title = "We could not find that page"


class Incomplete(PageError):
    """The request lacks a part, or a part of it is malformed."""

    status = 400
    title = "We could not understand that"


class Forbidden(PageError):
    """The viewer is known, and may not do this; `action` names the permission that they lack, if it is one."""

    status = 403
    title = "This page is not open to you"

    def __init__(self, sentence: str = "", *, action: str = "") -> None:
        super().__init__(sentence)
        self.action = action


class SignInNeeded(PageError):
    """A stranger asks for a page that needs a person; `strong`: one that a mailed join link does not open."""

    status = 401
    title = "Please come in first"

    def __init__(self, sentence: str = "", *, strong: bool = False) -> None:
        super().__init__(sentence)
        self.strong = strong


class Conflict(PageError):
    """The request was right a moment ago, or clashes with the present state."""

    status = 409
    title = "That is no longer possible"


class Invalid(PageError):
    """The content of the request cannot be understood; nothing was changed."""

    status = 422
    title = "We could not understand that"


class TooLarge(PageError):
    """The body of the request is over its limit."""

    status = 413
    title = "That is too large"


class TooMany(PageError):
    """A rate limit is reached; `retry_after` says in how many seconds it is lifted."""

    status = 429
    title = "That was a little fast"

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class NotInTime(PageError):
    """The wait for something has timed out; it may still come."""

    status = 503
    title = "That has not come yet"


class Away(PageError):
    """The database is in trouble; the page says in which, and when to come back."""

    status = 503

    def __init__(self, sentence: str = "", trouble: Trouble = Trouble.BUSY) -> None:
        self.title, of_trouble, self.retry_after = OF_TROUBLE[trouble]
        super().__init__(sentence or of_trouble)


AGAIN = "Please wait a few seconds and try again: nothing is lost that was confirmed before."
THEIR_HELP = "Whoever runs this server has to mend it. Nothing is lost that was confirmed before."
OF_TROUBLE: dict[Trouble, tuple[str, str, int]] = {
    Trouble.BUSY: ("We are very busy just now", f"We could not read or store what you asked for. {AGAIN}", 5),
    Trouble.LOCKED: (
        "We cannot store anything just now",
        f"Something else is writing to the database for longer than usual. {AGAIN}",
        5,
    ),
    Trouble.SLOW: (
        "The database is very slow just now",
        f"What you asked for took too long, so we stopped it and changed nothing. {AGAIN}",
        5,
    ),
    Trouble.FULL: ("The server is full", f"There is no room to store what you sent. {THEIR_HELP}", 60),
    Trouble.GONE: (
        "The database does not answer",
        f"We could not read or store what you asked for. {AGAIN}",
        5,
    ),
    Trouble.READ_ONLY: ("We cannot store anything", f"The database lets nothing be written. {THEIR_HELP}", 60),
    Trouble.BROKEN: ("The database is damaged", f"We could not read or store what you asked for. {THEIR_HELP}", 60),
    Trouble.SCHEMA: (
        "This server is not ready",
        "Its database was made by another version of Plenary. Whoever runs this server has to mend it: "
        "plenary doctor says how.",
        60,
    ),
}
"""For each trouble the title and the sentence of the page, and the seconds after which to try again."""
