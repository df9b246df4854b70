"""The part of an address that names a thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.slugs import LONGEST, free_slug, is_slug, slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Healthy Hearts: find it sooner!", "healthy-hearts-find-it-sooner"),
        ("  Café   Santé  ", "cafe-sante"),
        ("健康", ""),
        ("--", ""),
    ],
)
def test_a_title_becomes_a_slug(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@given(st.text(max_size=200))
def test_whatever_the_title_its_slug_is_one_or_empty(title: str) -> None:
    slug = slug_of(title)
    assert slug == "" or is_slug(slug)


@pytest.mark.parametrize("text", ["", "A", "a b", "a--b", "-a", "a-", "a/b", "a" * (LONGEST + 1), "é", "a\n"])
def test_what_is_no_slug(text: str) -> None:
    assert not is_slug(text)


@given(st.sets(st.integers(2, 30)))
def test_a_taken_slug_gets_the_first_free_number(numbers: set[int]) -> None:
    taken = {"hearts", *(f"hearts-{n}" for n in numbers)}
    found = free_slug("hearts", taken, "session")
    assert found not in taken
    assert is_slug(found)


def test_a_title_that_leaves_nothing_still_gets_a_slug() -> None:
    assert free_slug("", {"session"}, "session") == "session-2"
