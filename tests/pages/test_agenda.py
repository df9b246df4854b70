"""The agenda: its filters, the bookmarks of a delegate, and its calendar files."""

from datetime import UTC, datetime, timedelta

import httpx
import icalendar
import pytest

from server.models import Event, Person
from server.store import agenda
from tests.factory import Factory
from tests.notices import left_by


async def page(client: httpx.AsyncClient, event: Event, **filters: str) -> str:
    answer = await client.get(f"/{event.slug}/agenda", params=filters)
    assert answer.status_code == 200
    return answer.text


async def test_it_is_open_to_visitors(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    await make.session(event, title="Healthy Hearts")
    text = await page(client, event)
    assert "Healthy Hearts" in text
    assert "Add to my agenda" not in text


async def test_days_and_tracks_narrow_it(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    hearts = await make.track(event, slug="hearts", title="Hearts")
    day = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
    await make.session(event, title="First of hearts", starts_at=day, track_id=hearts.id)
    await make.session(event, title="First of minds", starts_at=day)
    await make.session(event, title="Second of hearts", starts_at=day + timedelta(days=1), track_id=hearts.id)
    first = await page(client, event, day="2026-06-28")
    assert ("First of minds" in first, "Second of hearts" in first) == (True, False)
    track = await page(client, event, track="hearts")
    assert ("First of minds" in track, "Second of hearts" in track) == (False, True)
    assert "No session fits" in await page(client, event, day="2026-06-29", track="nowhere")


@pytest.mark.parametrize("value", ["x" * 1000, "<b>", "2026-02-31", "😀", "'; drop"])
async def test_any_word_in_a_filter_is_only_a_word(client: httpx.AsyncClient, event: Event, value: str) -> None:
    for name in ("day", "track", "mine", "zone"):
        assert "<b>" not in await page(client, event, **{name: value})


async def test_the_button_works_without_scripts_and_twice_is_once(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    session = await make.session(event, title="My choice")
    await make.session(event, title="Another")
    for _ in range(2):
        answer = await client.post(f"/{event.slug}/agenda/{session.slug}/bookmark", data={"kept": "yes"})
        assert (answer.headers["location"], left_by(answer)) == (f"/{event.slug}/agenda#{session.slug}", "bookmarked")
    mine = await page(client, event, mine="yes")
    assert ("My choice" in mine, "Another" in mine) == (True, False)
    await client.post(f"/{event.slug}/agenda/{session.slug}/bookmark", data={"kept": "no", "back": "session"})
    assert "Your agenda is empty" in await page(client, event, mine="yes")


@pytest.mark.parametrize("data", [{}, {"kept": ""}, {"kept": "perhaps"}, {"kept": "yes", "back": "https://x.example"}])
async def test_a_form_that_is_not_ours_changes_nothing(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person, data: dict[str, str]
) -> None:
    session = await make.session(event)
    assert (await client.post(f"/{event.slug}/agenda/{session.slug}/bookmark", data=data)).status_code == 422
    async with make.database.reading() as db:
        assert not await agenda.bookmarks_of(db, event.id, amina.id)


async def test_a_session_of_another_event_is_not_here(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    session = await make.session(await make.event())
    answer = await client.post(f"/{event.slug}/agenda/{session.slug}/bookmark", data={"kept": "yes"})
    assert answer.status_code == 404


async def test_a_stranger_keeps_nothing(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    session = await make.session(event)
    answer = await client.post(f"/{event.slug}/agenda/{session.slug}/bookmark", data={"kept": "yes"})
    assert answer.status_code == 401


async def test_calendars_whole_mine_and_of_one_session(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    chosen = await make.session(event, title="My choice")
    await make.session(event, title="Another")
    await client.post(f"/{event.slug}/agenda/{chosen.slug}/bookmark", data={"kept": "yes"})

    async def titles(path: str) -> set[str]:
        answer = await client.get(f"/{event.slug}/{path}")
        assert answer.headers["content-type"].startswith("text/calendar")
        assert "attachment" in answer.headers["content-disposition"]
        return {str(entry["SUMMARY"]) for entry in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}

    assert await titles("agenda.ics") == {"My choice", "Another"}
    assert await titles("agenda.ics?mine=yes") == {"My choice"}
    assert await titles(f"sessions/{chosen.slug}.ics") == {"My choice"}


async def test_what_is_over_can_be_watched_and_not_planned(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    hours_ago = datetime.now(UTC) - timedelta(hours=2)
    await make.session(event, title="Over", starts_at=hours_ago, state="ended", recording="open")
    text = await page(client, event)
    assert "Watch Over" in text
    assert "Add to my agenda: Over" not in text


async def test_my_own_hours_are_asked_for_in_the_address(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    await make.session(event)
    assert 'data-times="mine"' in await page(client, event, zone="mine")
    assert 'data-times=""' in await page(client, event)
