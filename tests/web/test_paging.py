"""Long lists in pages."""

import pytest
from starlette.requests import Request

from server.web.paging import page_of, pages


@pytest.mark.parametrize(
    ("query", "page"),
    [("", 1), ("page=3", 3), ("page=0", 1), ("page=-2", 1), ("page=x", 1), ("page=99999", 10000), ("page=²", 1)],
)
def test_the_page_that_is_asked_for(query: str, page: int) -> None:
    request = Request({"type": "http", "query_string": query.encode(), "headers": []})
    assert page_of(request) == page


@pytest.mark.parametrize(("total", "last"), [(0, 1), (50, 1), (51, 2), (121, 3)])
def test_how_many_pages_there_are(total: int, last: int) -> None:
    assert pages(total, 50, 1).last == last
