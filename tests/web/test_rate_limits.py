"""Rate limits: a visitor over a limit is told so, and nothing that was answered as done is dropped."""

import inspect

from server.web.rate_limits import RateLimits


def test_a_limit_refuses_aloud() -> None:
    """No limit gives its caller an answer that a page could pass over: each is kept, or raises TooMany."""
    limits = {name: each for name, each in inspect.getmembers(RateLimits, inspect.isfunction) if name[0] != "_"}
    assert limits
    assert {name: inspect.signature(each).return_annotation for name, each in limits.items()} == dict.fromkeys(limits)
