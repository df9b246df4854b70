"""Reads the notice that an answer leaves for the next page."""

import httpx


def left_by(answer: httpx.Response) -> str | None:
    """The key of the notice; None where the answer leaves none."""
    value = answer.cookies.get("notice")
    return None if value is None else value.strip('"').partition(":")[0]
