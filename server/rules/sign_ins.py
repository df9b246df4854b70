"""The time after which a strong sign-in ends, whatever its cookie says. Pure: told the time."""

from datetime import datetime, timedelta

STRONG_IDLE = timedelta(hours=2)
"""The longest time without use: without a page that is asked for, or one that stays connected."""
STRONG_LONGEST = timedelta(hours=24)
"""The longest time from signing in."""


def strong_until(created_at: datetime, seen_at: datetime) -> datetime:
    """The moment at which a strong sign-in ends if it is not used again."""
    return min(seen_at + STRONG_IDLE, created_at + STRONG_LONGEST)
