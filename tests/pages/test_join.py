"""Coming in by a join link: one that works, one used up, one ended, one forwarded and one that never was."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from server.acts import joining
from server.models import Event, JoinLink, Person, SignIn
from server.store import join_links
from server.web.rate_limits import BY_ADDRESS
from tests.factory import Factory
from tests.letters import join_link, letters


async def link_for(make: Factory, person: Person, event: Event | None, **options: object) -> str:
    """The path of a new link."""
    async with make.database.writing() as db:
        return f"/join/{await join_links.create(db, person, event, **options)}"  # type: ignore[arg-type]


async def sign_ins(make: Factory) -> list[SignIn]:
    async with make.database.reading() as db:
        return list((await db.exec(select(SignIn))).all())


async def test_looking_at_a_link_signs_nobody_in(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    """Mail scanners open every address."""
    link = await link_for(make, await make.delegate(event), event)
    for _ in range(5):
        page = await client.get(link)
        assert page.status_code == 200
        assert "Welcome, Amina" in page.text
    assert await sign_ins(make) == []
    assert "set-cookie" not in page.headers


async def test_one_button_opens_the_lobby(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    link = await link_for(make, await make.delegate(event), event)
    answer = await client.post(link)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{event.slug}/lobby")
    cookie = answer.headers["set-cookie"].casefold()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await client.get(f"/{event.slug}/lobby")).status_code == 200


async def test_a_browser_that_is_in_goes_straight_on(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    link = await link_for(make, await make.delegate(event), event, lands_on=f"/{event.slug}/agenda")
    await client.post(link)
    for answer in (await client.get(link), await client.post(link)):
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{event.slug}/agenda")
    assert len(await sign_ins(make)) == 1


async def test_the_fourth_browser_is_told_and_the_owner_gets_a_fresh_link(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event
) -> None:
    link = await link_for(make, await make.delegate(event), event)
    for _ in range(3):
        assert (await client.post(link)).status_code == 303
        client.cookies.clear()
    for _ in range(2):
        answer = await client.post(link)
        assert answer.status_code in (403, 410)
        assert "set-cookie" not in answer.headers
    (letter,) = await letters(app)
    assert letter.kind == "forwarded-link"
    assert (await client.get(link)).status_code == 410
    assert (await client.post(join_link(letter))).headers["location"] == f"/{event.slug}/lobby"


async def test_the_third_browsers_stay_in_when_the_link_is_ended(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    link = await link_for(make, await make.delegate(event), event)
    await client.post(link)
    mine = dict(client.cookies)
    for _ in range(3):
        client.cookies.clear()
        await client.post(link)
    client.cookies.clear()
    client.cookies.update(mine)
    assert (await client.get(f"/{event.slug}/lobby")).status_code == 200


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 5000, "%00", "😀", "<script>"])
async def test_a_link_that_never_was_has_a_page_with_a_way_on(client: httpx.AsyncClient, token: str) -> None:
    for answer in (await client.get(f"/join/{token}"), await client.post(f"/join/{token}")):
        assert answer.status_code == 404
        assert "href" in answer.text


async def test_links_that_never_were_cost_colleagues_nothing(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    """A script at a hospital's address is stopped, and the hospital's delegates come in."""
    link = await link_for(make, await make.delegate(event), event)
    for n in range(BY_ADDRESS["join"].amount):
        await client.post(f"/join/nonsense-{n}")
    assert (await client.post("/join/nonsense")).status_code == 429
    assert (await client.post(link)).headers["location"] == f"/{event.slug}/lobby"


@pytest.mark.parametrize(("ending", "words"), [("ended_at", "has been replaced"), ("expires_at", "no longer works")])
async def test_a_link_that_is_over_leads_to_a_fresh_one(
    client: httpx.AsyncClient, make: Factory, event: Event, ending: str, words: str
) -> None:
    link = await link_for(make, await make.delegate(event), event)
    async with make.database.writing() as db:
        row = (await db.exec(select(JoinLink))).one()
        setattr(row, ending, datetime.now(UTC) - timedelta(minutes=1))
    for answer in (await client.get(link), await client.post(link)):
        assert answer.status_code == 410
        assert words in answer.text
        assert f"/{event.slug}/join-link" in answer.text
    assert await sign_ins(make) == []


async def test_joining_as_another_signs_the_first_out_here(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    amina, ben = await make.delegate(event), await make.delegate(event, "Ben")
    await client.post(await link_for(make, amina, event))
    link = await link_for(make, ben, event)
    assert "signed in here as Amina" in (await client.get(link)).text
    await client.post(link)
    held = {row.person_id: row.ended_at for row in await sign_ins(make)}
    assert held[amina.id] is not None
    assert held[ben.id] is None


async def test_a_link_of_the_shell_opens_the_console_and_a_mailed_one_does_not(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    olive = await make.organiser(event)
    await make.registration(event, olive)
    weak, strong = await link_for(make, olive, event), await link_for(make, olive, event, strong=True)
    assert (await client.post(weak)).headers["location"] == f"/{event.slug}/lobby"
    assert (await client.get(strong)).status_code == 200
    assert (await client.post(strong)).headers["location"] == f"/{event.slug}/console"
    assert (await client.get(f"/{event.slug}/console")).status_code == 200


async def test_a_strong_link_is_never_replaced_by_mail(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event
) -> None:
    link = await link_for(make, await make.organiser(event), event, strong=True)
    for _ in range(4):
        client.cookies.clear()
        answer = await client.post(link)
    assert answer.status_code == 403
    assert "command line" in answer.text
    assert await letters(app) == []


async def test_asking_for_a_link_has_one_answer_for_everybody(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event
) -> None:
    amina = await make.delegate(event)
    gone = await make.delegate(event, "Gone", state="cancelled")
    elsewhere = await make.delegate(await make.event(), "Elsewhere")
    answers = [
        await client.post(f"/{event.slug}/join-link", data={"email": email})
        for email in (amina.email.upper(), gone.email, elsewhere.email, "nobody@example.org")
    ]
    assert len({(answer.status_code, answer.headers["location"], answer.text) for answer in answers}) == 1
    assert [letter.recipient for letter in await letters(app)] == [amina.email]


async def test_a_link_is_not_mailed_again_to_somebody_who_has_had_five_this_hour(
    app: Starlette, make: Factory, event: Event
) -> None:
    """The mails that went out are counted: what is asked of one event takes no mail of another away."""
    amina, other = await make.delegate(event), await make.event()
    await make.registration(other, amina)
    now = datetime.now(UTC)
    for minute in range(8):
        async with make.database.writing() as db:
            then = now + timedelta(minutes=minute)
            await joining.send_fresh(db, event, amina.email, "http://plenary.test", then, lands_on="")
    async with make.database.writing() as db:
        await joining.send_fresh(db, other, amina.email, "http://plenary.test", now, lands_on="")
    assert Counter(letter.event_id for letter in await letters(app)) == {event.id: 5, other.id: 1}


async def test_a_speaker_who_never_registered_gets_a_link_too(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event
) -> None:
    speaker = await make.person("Sam")
    session = await make.session(event)
    await make.grant(speaker, "speaker", "session", session.id)
    await client.post(f"/{event.slug}/join-link", data={"email": speaker.email})
    assert len(await letters(app)) == 1


@pytest.mark.parametrize("email", ["", "amina", "a" * 300 + "@example.org", "<b>@example.org", "😀"])
async def test_a_mistyped_address_is_said_to_be_one(client: httpx.AsyncClient, event: Event, email: str) -> None:
    answer = await client.post(f"/{event.slug}/join-link", data={"email": email})
    assert answer.status_code == 422
    assert "field-email" in answer.text


async def test_a_stranger_at_the_lobby_is_led_in_and_back(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event
) -> None:
    amina = await make.delegate(event)
    answer = await client.get(f"/{event.slug}/agenda.ics?mine=yes")
    assert answer.headers["location"] == f"/{event.slug}/join-link?then=/{event.slug}/agenda.ics"
    page = await client.get(f"/{event.slug}/recordings", follow_redirects=True)
    assert f'value="/{event.slug}/recordings"' in page.text
    asked = {"email": amina.email, "then": f"/{event.slug}/recordings"}
    await client.post(f"/{event.slug}/join-link", data=asked)
    (letter,) = await letters(app)
    assert (await client.post(join_link(letter))).headers["location"] == f"/{event.slug}/recordings"


@pytest.mark.parametrize(
    "then", ["https://evil.example", "//evil.example", "/elsewhere/lobby", "/{slug}/../x", "javascript:x"]
)
async def test_a_link_leads_nowhere_else(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event, then: str
) -> None:
    amina = await make.delegate(event)
    asked = {"email": amina.email, "then": then.format(slug=event.slug)}
    await client.post(f"/{event.slug}/join-link", data=asked)
    (letter,) = await letters(app)
    assert (await client.post(join_link(letter))).headers["location"] == f"/{event.slug}/lobby"
