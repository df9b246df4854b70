"""Rate limits: how often a visitor may do things that cost us or others something. Counted in this process.

A signed-in visitor is counted by their sign-in; a stranger by their address, generously: a hospital is one address, and
senders whose address cannot be read share one. A limit that is reached raises TooMany, so that nothing is dropped in
silence.
"""

import math
import uuid
from datetime import UTC, datetime, timedelta

from limits import RateLimitItem, parse
from starlette.requests import Request

from server.web.addresses import sender_of
from server.web.errors import TooMany
from server.web.windows import Windows

BY_SIGN_IN: dict[str, RateLimitItem] = {
    "register": parse("20/minute"),
    "join": parse("30/minute"),
    "sign-in": parse("10/minute"),
    "join-link": parse("10/minute"),
    "write": parse("240/minute"),
    "figures": parse("30/minute"),
}
BY_ADDRESS: dict[str, RateLimitItem] = {
    "register": parse("1200/minute"),
    "join": parse("1200/minute"),
    "sign-in": parse("120/minute"),
    "join-link": parse("120/minute"),
    "write": parse("2400/minute"),
}
"""The limit of each kind of request, by its name. Only a join link that is unknown counts as `join`.

`figures` are reports, exports and downloads of one's own data, each worked out anew. Nobody gets them without a
sign-in."""
ATTEMPTS = parse("10/15minutes")
"""The limit of attempts to sign in as one person: by strangers of one address, or in a browser that the person used."""
CODES = parse("20/hour")
"""The limit of one-time codes that are tried with a person's right password, in browsers that they never used.

Three of a million codes fit at a time, so somebody who knows the password and has many addresses guesses one in an
hour with a chance of 20 * 3 / 1,000,000, 1 in 17,000, and in a whole day 1 in 690. A stolen browser has `ATTEMPTS` of
its own: 1 in 350 in a whole day. Each web process counts for itself and multiplies the chance.
"""


class RateLimits:
    """The counters of one application."""

    def __init__(self) -> None:
        self._windows = Windows()

    async def spend(self, request: Request, name: str) -> None:
        """Count one more request of this kind. Raises TooMany when the visitor has none left."""
        sign_in = request.state.viewer.sign_in
        if sign_in:
            self._hit(BY_SIGN_IN[name], PLEASE_WAIT, name, f"sign-in:{sign_in.id}")
        else:
            self._hit(BY_ADDRESS[name], PLEASE_WAIT, name, f"address:{sender_of(request)}")

    async def spend_attempt(self, request: Request, account: str, browser: uuid.UUID | None) -> None:
        """Count one more attempt to sign in as `account`. Raises TooMany when there were too many.

        `browser` is an earlier sign-in of the account in this browser. Its attempts are its own: neither a stranger nor
        a neighbour uses them up.
        """
        if browser is not None:
            return self._hit(ATTEMPTS, TOO_MANY_ATTEMPTS, "browser", str(browser))
        await self.spend(request, "sign-in")
        self._hit(ATTEMPTS, TOO_MANY_ATTEMPTS, "account", account, str(sender_of(request)))

    async def spend_code(self, account: str) -> None:
        """Count one more code that comes with the account's right password. Raises TooMany when there were too many."""
        self._hit(CODES, TOO_MANY_ATTEMPTS, "code", account)

    def _hit(self, limit: RateLimitItem, sentence: str, *key: str) -> None:
        if self._windows.hit(limit, *key):
            return
        wait_s = max(1, math.ceil(self._windows.wait_s(limit, *key)))
        wait = "a minute" if wait_s <= 60 else f"{math.ceil(wait_s / 60)} minutes"
        ends_at = datetime.now(UTC) + timedelta(seconds=wait_s)
        until = datetime.fromtimestamp(math.ceil(ends_at.timestamp() / 60) * 60, UTC)
        raise TooMany(sentence.format(wait=wait, until=f"{until:%H:%M} UTC"), retry_after=wait_s)


PLEASE_WAIT = "Please wait a moment, then try again."
TOO_MANY_ATTEMPTS = (
    "There were too many attempts to sign in, so nothing was checked this time. Please try again in {wait}, "
    "at {until}, or use a browser in which you have signed in before."
)
