"""Tapped reactions are accepted plus refused, in every breakdown."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from server.analytics.facts import ACCEPTED, LIVE, ON_DEMAND, Facts, ReactionFact
from server.analytics.figures import Figure
from server.analytics.reactions import figures
from tests.analytics.stories import LONDON, at, reaction, registration, session

TAPS = st.lists(
    st.builds(
        reaction,
        st.sampled_from(["ama", "ben", "cai"]),
        st.integers(-2, 45),
        st.sampled_from(["clap", "love", "agree", "laugh", "wow", "idea"]),
        st.sampled_from([ACCEPTED, ACCEPTED, "credits", "busy"]),
        where=st.sampled_from(["hearts", "minds"]),
        wave=st.sampled_from([LIVE, ON_DEMAND]),
    ),
    max_size=40,
)


def told(rows: list[ReactionFact], **more: object) -> dict[str, Figure]:
    sessions = [session(), session("minds", start=10)]
    facts = Facts(zone=LONDON, sessions=sessions, reactions=rows, **more)
    return {figure.name: figure for figure in figures(facts)}


def total(figure: Figure) -> float:
    return sum(cell.value or 0 for cell in figure.cells)


@given(TAPS)
def test_tapped_is_accepted_and_refused_and_every_division_adds_up(rows: list[ReactionFact]) -> None:
    found = told(rows)
    accepted = sum(row.outcome == ACCEPTED for row in rows)
    assert found["reactions_tapped"].value == len(rows)
    assert found["reactions_accepted"].value == accepted
    assert found["reactions_refused"].value == len(rows) - accepted == total(found["reactions_refused_by_reason"])
    for division in ("reactions_by_emoji", "reactions_by_session", "reactions_by_minute"):
        assert total(found[division]) == accepted
    assert found["reactions_live"].value + found["reactions_on_demand"].value == accepted


@given(TAPS)
def test_minutes_are_counted_from_each_sessions_own_start_to_its_end(rows: list[ReactionFact]) -> None:
    starts = {session().id: ("hearts", at(0), 30), session("minds").id: ("minds", at(10), 20)}
    expected: Counter[tuple[str, str]] = Counter()
    for row in rows:
        slug, began, length = starts[row.session]
        if row.outcome == ACCEPTED and row.media_at:
            minute = int((row.media_at - began).total_seconds() // 60)
            expected[slug, str(min(max(0, minute), length))] += 1
    cells = told(rows)["reactions_by_minute"].cells
    assert {(cell.group, cell.key): cell.value for cell in cells} == dict(expected)


def test_a_browser_that_lies_about_its_media_time_cannot_lengthen_the_session() -> None:
    far = reaction("ama", 5)._replace(media_at=at(10**7))
    assert [cell.key for cell in told([far])["reactions_by_minute"].cells] == ["30"]
    running = Facts(zone=LONDON, sessions=[session(end=None)], reactions=[far])
    minutes = {figure.name: figure for figure in figures(running)}["reactions_by_minute"]
    assert [cell.key for cell in minutes.cells] == ["5"]


def test_people_are_counted_once_however_much_they_clap() -> None:
    rows = [reaction("ama", 1), reaction("ama", 2), reaction("ben", 3), reaction("cai", 3, outcome="credits")]
    found = told(rows, registrations=[registration(name) for name in ("ama", "ben", "cai", "dee")])
    assert (found["reactors"].value, found["reactors"].denominator) == (2, 4)


def test_a_reaction_without_media_time_is_placed_by_when_it_came() -> None:
    assert [cell.key for cell in told([reaction("ama", 4)._replace(media_at=None)])["reactions_by_minute"].cells] == [
        "4"
    ]


def test_dropped_frames_are_counted_apart() -> None:
    found = told([reaction("ama", 1)], dropped=900)
    assert (found["reactions_tapped"].value, found["reactions_dropped"].value) == (1, 900)
