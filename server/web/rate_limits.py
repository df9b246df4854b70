"""Rate limits: how often a visitor may do things that cost us or others something. Counted in this process.

A signed-in visitor is counted by their sign-in; a stranger by their address, generously: a hospital is one address.
"""

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.requests import Request

from server.web.errors import TooMany

BY_SIGN_IN: dict[str, RateLimitItem] = {
    "register": parse("20/minute"),
    "join": parse("30/minute"),
    "sign-in": parse("10/minute"),
    "join-link": parse("10/minute"),
    "write": parse("240/minute"),
}
BY_ADDRESS: dict[str, RateLimitItem] = {
    "register": parse("1200/minute"),
    "join": parse("1200/minute"),
    "sign-in": parse("120/minute"),
    "join-link": parse("120/minute"),
    "write": parse("2400/minute"),
}
"""The limit of each kind of request, by its name."""
BY_ACCOUNT = parse("10/15minutes")
"""The limit of attempts to sign in as one person: slow enough that a one-time code is not guessed."""


class RateLimits:
    """The counters of one application."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def spend(self, request: Request, name: str) -> None:
        """Count one more. Raises TooMany when the visitor has none left."""
        sign_in = request.state.viewer.sign_in
        limit = BY_SIGN_IN[name] if sign_in else BY_ADDRESS[name]
        who = f"sign-in:{sign_in.id}" if sign_in else f"address:{request.client.host if request.client else ''}"
        if not await self._limiter.hit(limit, name, who):
            raise TooMany("Please wait a moment, then try again.", retry_after=limit.get_expiry())

    async def may_sign_in(self, account: str) -> bool:
        """Count one more attempt to sign in as this account; False when there were too many."""
        return bool(await self._limiter.hit(BY_ACCOUNT, "account", account))
