"""The type of the checks of `plenary doctor`, and of what they find."""

from collections.abc import Callable
from typing import NamedTuple

from server.settings import Settings

ANSWERS_WITHIN_S = 5
"""The longest wait for a server that is asked."""


class Finding(NamedTuple):
    """The result of a check.

    `state` is good, note (it works, but look at it) or bad; `mend` says what to do, and is empty when there is nothing.
    """

    state: str
    text: str
    mend: str = ""


Check = Callable[[Settings], Finding]
