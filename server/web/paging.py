"""Long lists in pages: the page that is asked for, and the number of pages."""

from typing import NamedTuple

from starlette.requests import Request

LAST_PAGE = 10_000


class Pages(NamedTuple):
    """A page of a list, `here`, and the number of its pages, `last`; both count from 1."""

    here: int
    last: int


def page_of(request: Request) -> int:
    """The page that `?page=` asks for; the first when that is no number of a page."""
    text = request.query_params.get("page", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(wanted, 1), LAST_PAGE)


def pages(total: int, size: int, here: int) -> Pages:
    """The pages of a list of `total` rows, `size` on each."""
    return Pages(here, max(1, -(-total // size)))
