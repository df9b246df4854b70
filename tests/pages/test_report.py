"""The report page shows the stored figures, withholds what it must, and gives the export to who may have it."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from limits import parse
from markupsafe import escape
from python_calamine import CalamineWorkbook

from server.analytics.definitions import definitions
from server.models import Attendance, Event, Person, Reaction
from server.store import surveys
from server.store.engine.database import Database
from server.web.rate_limits import BY_SIGN_IN
from tests.factory import Factory

BEGAN = datetime(2026, 6, 28, 9, 0, tzinfo=UTC)
FORMATS = ("csv.zip", "xlsx", "json")


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event(target=3, hashtag="MSEinAction")


@pytest.fixture
async def olive(make: Factory, event: Event, client: httpx.AsyncClient) -> Person:
    """An organiser whose browser is the client."""
    person = await make.organiser(event)
    client.cookies.update(await make.cookie(person, strong=True))
    return person


async def answer(database: Database, event: Event, wave: str, person: Person, **answers: int | str) -> None:
    async with database.writing() as db:
        survey = await surveys.with_slug(db, event.id, wave)
        assert survey is not None
        await surveys.answer(db, survey, person.id, answers)


@pytest.fixture
async def lived(make: Factory, database: Database, event: Event) -> Event:
    """An event that is over, with eight delegates, of whom six answered both surveys."""
    session = await make.session(
        event, title="Hearts & <minds>", started_at=BEGAN, ended_at=BEGAN + timedelta(minutes=30), state="ended"
    )
    async with database.writing() as db:
        await surveys.add_published(db, event, "the system")
    for n in range(8):
        person = await make.delegate(event, sector="NHS" if n < 5 else "Resident")
        async with database.writing() as db:
            seen = BEGAN + timedelta(minutes=10 + n)
            db.add(Attendance(session_id=session.id, person_id=person.id, started_at=BEGAN, seen_at=seen))
            key = {"person_id": person.id, "sender": "a" * 16, "n": 1}
            times = {"media_at": BEGAN + timedelta(minutes=n), "received_at": seen}
            db.add(Reaction(session_id=session.id, emoji="clap", outcome="accepted", **key, **times))
        if n < 6:
            await answer(database, event, "before", person, understanding=6)
            said = {"learned": "Housing <i>is</i> health"} if n < 5 else {}
            await answer(database, event, "after", person, understanding=8, stars_content=4, recommend="yes", **said)
    return event


async def test_a_new_event_has_a_report_that_says_what_will_be_there(
    client: httpx.AsyncClient, event: Event, olive: Person
) -> None:
    page = await client.get(f"/{event.slug}/report")
    assert page.status_code == 200
    for sentence in ("Nobody has registered yet", "Nobody has come yet", "No emoji yet", "No posts imported"):
        assert sentence in page.text
    assert "withheld</p>" not in page.text


async def test_figures_are_told_with_what_they_mean(client: httpx.AsyncClient, lived: Event, olive: Person) -> None:
    text = (await client.get(f"/{lived.slug}/report")).text
    assert "8 people registered, 8 came, and 8 emoji were shared." in text
    assert "2.7 times" in text
    assert "of the target of 3" in text
    assert definitions()["understanding_shift_mean"].meaning in text
    assert "6 people · 95 % interval 2.0 to 2.0" in text
    assert "Housing &lt;i&gt;is&lt;/i&gt; health" in text
    assert "Hearts &amp; &lt;minds&gt;" in text
    assert "<i>is</i>" not in text
    assert "<minds>" not in text


async def test_every_figure_opens_its_definition_numerator_and_denominator(
    client: httpx.AsyncClient, lived: Event, olive: Person
) -> None:
    text = (await client.get(f"/{lived.slug}/report")).text
    for definition in definitions().values():
        for words in (definition.name, definition.meaning, definition.numerator, definition.left_out):
            assert str(escape(words)) in text, definition.name


async def test_small_groups_are_withheld_with_the_reason(
    client: httpx.AsyncClient, lived: Event, olive: Person, make: Factory, database: Database
) -> None:
    text = (await client.get(f"/{lived.slug}/report")).text
    assert "bar-withheld" in text
    seventh = await make.delegate(lived)
    await answer(database, lived, "after", seventh, understanding=1, stars_content=1)
    text = (await client.get(f"/{lived.slug}/report")).text
    assert "because a small number beside it could be worked out from this one" in text
    assert "Some of the answers were given by fewer than five people" in text


async def test_the_export_comes_in_three_formats_that_agree(
    client: httpx.AsyncClient, lived: Event, olive: Person
) -> None:
    page = (await client.get(f"/{lived.slug}/report")).text
    for ending in FORMATS:
        assert f'href="/{lived.slug}/report/export.{ending}"' in page
    answers = {ending: await client.get(f"/{lived.slug}/report/export.{ending}") for ending in FORMATS}
    for ending, answered in answers.items():
        assert answered.status_code == 200
        assert f'filename="{lived.slug}.{ending}"' in answered.headers["content-disposition"]
        assert answered.headers["cache-control"] == "private, no-store"
    told = json.loads(answers["json"].content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answers["xlsx"].content))
    archive = zipfile.ZipFile(io.BytesIO(answers["csv.zip"].content))
    assert len(told["reactions"]) == 8
    assert len(book.get_sheet_by_name("reactions").to_python()) == 9
    assert len(archive.read("reactions.csv").decode().splitlines()) == 9
    assert "name" not in told["registrations"][0]


async def test_an_unknown_format_is_not_found(client: httpx.AsyncClient, event: Event, olive: Person) -> None:
    for ending in ("pdf", "csv", "../../secret", "x" * 300):
        assert (await client.get(f"/{event.slug}/report/export.{ending}")).status_code == 404


@pytest.mark.parametrize("path", ["report", *(f"report/export.{ending}" for ending in FORMATS)])
async def test_only_organisers_and_analysts_of_the_event_may_read(
    client: httpx.AsyncClient, event: Event, make: Factory, path: str
) -> None:
    address = f"/{event.slug}/{path}"
    assert (await client.get(address)).headers["location"] == f"/sign-in?then={address}"
    delegate, elsewhere = await make.delegate(event), await make.organiser(await make.event())
    analyst = await make.person("Ana")
    await make.grant(analyst, "analyst", "event", event.id)
    weak = await make.cookie(analyst)
    for cookie, status in (
        (await make.cookie(delegate), 403),
        (await make.cookie(elsewhere, strong=True), 403),
        (weak, 403),
        (await make.cookie(analyst, strong=True), 200),
    ):
        client.cookies.clear()
        client.cookies.update(cookie)
        assert (await client.get(address)).status_code == status


@pytest.mark.parametrize("address", ["report", "report/export.json", "my-data", "my-data/download"])
async def test_whoever_asks_for_figures_again_and_again_waits(
    client: httpx.AsyncClient, make: Factory, event: Event, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_SIGN_IN, "figures", parse("2/minute"))
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    answers = [await client.get(f"/{event.slug}/{address}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) <= 60
    assert (await client.get(f"/{event.slug}")).status_code == 200
