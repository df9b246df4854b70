"""Every error that a page can end in, with its status. `answers` turns each into an answer."""


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
    """The viewer is known, and may not do this."""

    status = 403
    title = "This page is not open to you"


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
    """The database does not answer, or not in time."""

    status = 503
    title = "We are very busy just now"
    retry_after = 5
