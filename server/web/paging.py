"""Long lists in pages: which page is asked for, and which there are."""

from typing import NamedTuple

from starlette.requests import Request

LAST_PAGE = 10_000


class Pages(NamedTuple):
    """Where a list stands: this page, and how many there are."""

    here: int
    last: int


def page_of(request: Request) -> int:
    """The page asked for by `?page=`; the first when it is not a number that could be one."""
    text = request.query_params.get("page", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(wanted, 1), LAST_PAGE)


def pages(total: int, size: int, here: int) -> Pages:
    """The pages of a list of `total` rows, `size` on each."""
    return Pages(here, max(1, -(-total // size)))
