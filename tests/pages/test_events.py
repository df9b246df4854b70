"""The event's own page and what leads to it."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote_plus
from xml.etree import ElementTree

import httpx
import pytest

from tests.factory import Factory


async def test_a_visitor_reads_what_when_who_and_how_many(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(
        starts_on=date(2026, 6, 28), ends_on=date(2026, 6, 29), target=300, about="It is **about** health."
    )
    await make.speaker(event, name="Director of public health")
    await make.session(event, title="Opening keynote", starts_at=datetime(2026, 6, 28, 8, 30, tzinfo=UTC))
    for n in range(3):
        await make.delegate(event, f"Delegate{n}")
    await make.delegate(event, "Waiting", state="waitlisted")
    text = (await client.get(f"/{event.slug}")).text
    for words in (
        "28–29 June 2026",
        "Sunday 28 June",
        "09:30",
        "London time",
        "3 people registered",
        "target 300",
        "Opening keynote",
        "Director of public health",
        "<strong>about</strong>",
    ):
        assert words in text


async def test_it_says_when_it_begins_began_and_that_it_is_over(client: httpx.AsyncClient, make: Factory) -> None:
    now = datetime.now(UTC)
    today, hour = now.date(), timedelta(hours=1)
    for begins, days, state, said in (
        (now + 48 * hour, (2, 3), "open", "Begins "),
        (now - hour, (-1, 1), "open", "Began "),
        (now - 96 * hour, (-4, -3), "open", "The event is over."),
        (now - hour, (-1, 1), "closed", "The event is over."),
    ):
        first, last = (today + timedelta(days=each) for each in days)
        event = await make.event(starts_on=first, ends_on=last, state=state, recordings_close_on=date(2100, 9, 1))
        await make.session(event, starts_at=begins)
        page = (await client.get(f"/{event.slug}")).text
        assert [each for each in ("Begins ", "Began ", "The event is over.") if each in page] == [said]
        assert ("You can watch the sessions again until 1 September 2100" in page) == (said == "The event is over.")


async def test_it_can_be_passed_on_with_its_hashtag(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(hashtag="MSEinAction")
    text = unquote_plus((await client.get(f"/{event.slug}")).text)
    assert "mailto:?subject=MSE in Action" in text
    assert "#MSEinAction" in text
    assert "https://www.linkedin.com/sharing/share-offsite/?url=http://plenary.test/" in text


async def test_the_qr_code_is_a_drawing_of_its_address(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event()
    answer = await client.get(f"/{event.slug}/share.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    drawing = ElementTree.fromstring(answer.text)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"


async def test_the_one_thing_to_do_next_depends_on_who_looks(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(capacity=1)
    assert f"/{event.slug}/registration" in (await client.get(f"/{event.slug}")).text
    amina = await make.delegate(event)
    assert "Join the waiting list" in (await client.get(f"/{event.slug}")).text
    client.cookies.update(await make.cookie(amina))
    assert f"/{event.slug}/lobby" in (await client.get(f"/{event.slug}")).text
    client.cookies.update(await make.cookie(await make.delegate(event, "Ben", state="waitlisted")))
    assert "My place on the waiting list" in (await client.get(f"/{event.slug}")).text


async def test_what_an_organiser_wrote_is_never_code(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(title="<b>Bold</b>", about="<script>alert(1)</script> [x](javascript:alert(1))")
    text = (await client.get(f"/{event.slug}")).text
    assert "<script>alert" not in text
    assert "javascript:alert" not in text.replace("(javascript:alert(1))", "")
    assert "<b>Bold" not in text


async def test_a_draft_is_not_there_for_others(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(state="draft")
    for path in ("", "/share.svg", "/registration", "/agenda", "/agenda.ics", "/join-link"):
        answer = await client.get(f"/{event.slug}{path}")
        assert answer.status_code == 404
        assert event.title not in answer.text
    olive = await make.organiser(event)
    client.cookies.update(await make.cookie(olive, strong=True))
    assert (await client.get(f"/{event.slug}")).status_code == 200


async def test_an_empty_event_says_what_will_be_here(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event()
    assert "The agenda is being written" in (await client.get(f"/{event.slug}")).text


async def test_the_front_page_lists_open_events_alone(client: httpx.AsyncClient, make: Factory) -> None:
    assert "No event is open yet" in (await client.get("/")).text
    await make.event(title="In the open")
    await make.event(title="In the making", state="draft")
    text = (await client.get("/")).text
    assert "In the open" in text
    assert "In the making" not in text


@pytest.mark.parametrize("via", ["x" * 500, "<b>", "😀", "a&b=c", ""])
async def test_any_source_in_the_address_is_only_words(client: httpx.AsyncClient, make: Factory, via: str) -> None:
    event = await make.event()
    for path in ("", "/registration"):
        answer = await client.get(f"/{event.slug}{path}", params={"via": via})
        assert answer.status_code == 200
        assert "<b>" not in answer.text
