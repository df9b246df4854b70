"""The crowd's reactions are drawn where they happened, and its great moments are found."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.rules.crowd import COLUMNS, LEAST, Crowd, crowd

BEGAN = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)


def second_of(moment: datetime) -> float | None:
    """A recording of ten minutes that begins with the session."""
    second = (moment - BEGAN).total_seconds()
    return second if 0 <= second <= 600 else None


def after(**emoji_at: int) -> Crowd:
    moments = {BEGAN + timedelta(seconds=int(at[1:])): {"clap": n} for at, n in emoji_at.items()}
    return crowd(moments, second_of, 600)


def test_the_highest_column_is_where_most_happened() -> None:
    columns = after(s10=1, s300=4, s599=2).columns
    assert len(columns) == COLUMNS
    assert [columns[2], columns[60], columns[119]] == [0.25, 1, 0.5]
    assert sum(height > 0 for height in columns) == 3


def test_a_silent_recording_has_no_drawing() -> None:
    assert after().columns == []
    assert after().peaks == []


def test_what_was_cut_away_is_not_in_it() -> None:
    assert after(s599=1, s601=9).rows == [(599, {"clap": 1})]


def test_the_moments_that_stand_out_are_listed_in_order() -> None:
    peaks = after(s21=3, s25=3, s300=9, s500=1).peaks
    assert [(peak.second, peak.count, peak.emoji) for peak in peaks] == [(20, 6, "clap"), (300, 9, "clap")]


@given(st.dictionaries(st.integers(0, 600), st.integers(1, 50), max_size=40))
def test_nothing_is_drawn_higher_than_the_highest_and_no_moment_is_of_one(counts: dict[int, int]) -> None:
    found = crowd({BEGAN + timedelta(seconds=at): {"clap": n} for at, n in counts.items()}, second_of, 600)
    assert sum(n for _, emoji in found.rows for n in emoji.values()) == sum(counts.values())
    assert max(found.columns, default=1) == 1
    assert all(peak.count >= LEAST for peak in found.peaks)
