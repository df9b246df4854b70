"""A film is uploaded in pieces, checked, made ready and played; what cannot be played is refused in words."""

import base64
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from rooms.media.films.cards import Typeface
from rooms.media.films.film import make_film
from rooms.media.films.spec import FilmSpec
from server.models import Event, Job
from server.recordings.packaging import uploaded
from server.store import uploads
from server.store.engine.jobs import DIED, MOST_DEATHS
from tests.factory import Factory
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("olive")

PIECE = 1_000_000
READY_WITHIN_S = 120


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of H.264 and AAC in MP4."""
    path = tmp_path_factory.mktemp("film") / "hearts.mp4"
    about = {"title": "Hearts", "speaker": "A nurse", "accent": "#005a66", "cards": [{"text": "Hello", "seconds": 2}]}
    make_film(FilmSpec.from_json(about), path, Typeface(), lambda share: None)
    return path.read_bytes()


async def none_left(app: Starlette, folder: str) -> None:
    """Wait until the folder is empty: files that are no longer needed are deleted after the page is told."""
    await until(lambda: not list((app.state.settings.data / "media" / folder).iterdir()))


async def announce(client: httpx.AsyncClient, event: Event, size: object, title: str = "Hearts") -> httpx.Response:
    metadata = f"title {base64.b64encode(title.encode()).decode()}"
    headers = {"upload-length": str(size), "upload-metadata": metadata, "tus-resumable": "1.0.0"}
    return await client.post(f"/{event.slug}/console/films", headers=headers)


async def send(client: httpx.AsyncClient, address: str, offset: int, piece: bytes) -> httpx.Response:
    headers = {"upload-offset": str(offset), "content-type": "application/offset+octet-stream"}
    return await client.patch(address, content=piece, headers=headers)


async def upload(client: httpx.AsyncClient, event: Event, content: bytes, title: str = "Hearts") -> None:
    address = (await announce(client, event, len(content), title)).headers["location"]
    for offset in range(0, len(content), PIECE):
        assert (await send(client, address, offset, content[offset : offset + PIECE])).status_code == 204


async def films(client: httpx.AsyncClient, event: Event) -> str:
    return (await client.get(f"/{event.slug}/console/films")).text


async def settled(client: httpx.AsyncClient, event: Event) -> str:
    """The page once nothing is being made ready any more."""

    async def ready() -> str | None:
        page = await films(client, event)
        return None if "data-busy" in page else page

    return await until(ready, READY_WITHIN_S)


async def test_a_film_comes_in_pieces_and_can_be_given_to_a_session(
    client: httpx.AsyncClient, app: Starlette, event: Event, film: bytes
) -> None:
    address = (await announce(client, event, len(film))).headers["location"]
    half = len(film) // 2
    assert (await send(client, address, 0, film[:half])).headers["upload-offset"] == str(half)
    asked = await client.head(address)
    assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == (str(half), str(len(film)))
    assert (await send(client, address, 0, film[:half])).status_code == 409
    assert (await send(client, address, half, film[half:])).status_code == 204
    ready = (await settled(client, event)).split('id="ready"')[1]
    assert "Hearts" in ready and "0:02" in ready
    assert "Hearts, 2 s" in (await client.get(f"/{event.slug}/console/sessions/new")).text
    await none_left(app, "uploads")


@pytest.mark.parametrize(
    ("content", "says"), [(b"not a film", "not a film that can be read"), (b"RIFF" + bytes(900), "not a film")]
)
async def test_what_is_no_film_is_refused_with_the_reason(
    client: httpx.AsyncClient, app: Starlette, event: Event, content: bytes, says: str
) -> None:
    await upload(client, event, content, "Notes")
    page = await settled(client, event)
    assert "Refused" in page and says in page
    await none_left(app, "films")


@pytest.mark.parametrize("size", ["", "0", "-5", "many", 8_000_000_001, "9" * 30])
async def test_a_size_that_cannot_be_is_refused(client: httpx.AsyncClient, event: Event, size: object) -> None:
    assert (await announce(client, event, size)).status_code in (413, 422)


async def test_more_than_was_announced_is_refused(client: httpx.AsyncClient, event: Event) -> None:
    address = (await announce(client, event, 4)).headers["location"]
    assert (await send(client, address, 0, b"12345")).status_code == 413
    assert (await client.head(address)).headers["upload-offset"] == "0"
    assert (await client.patch(address, content=b"1")).status_code == 422


async def test_an_upload_is_only_its_own_events(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    address = (await announce(client, event, 4)).headers["location"]
    other = await make.event()
    client.cookies.update(await make.cookie(await make.organiser(other), strong=True))
    assert (await client.head(address)).status_code == 403
    elsewhere = address.replace(event.slug, other.slug)
    assert (await client.head(elsewhere)).status_code == 404


async def test_what_was_given_up_is_forgotten(client: httpx.AsyncClient, app: Starlette, event: Event) -> None:
    address = (await announce(client, event, 4)).headers["location"]
    assert "0 % has arrived" in await films(client, event)
    assert (await client.post(f"{address}/delete")).status_code == 303
    assert (await client.head(address)).status_code == 404
    await none_left(app, "uploads")


async def test_a_recording_is_uploaded_under_the_name_that_a_mac_gives_it(
    client: httpx.AsyncClient, event: Event
) -> None:
    """With a narrow no-break space before AM, and its accents written apart."""
    answer = await announce(client, event, 3, "Screen Recording 2026-06-28 at 9.30.00\u202fAM, Cafe\u0301")
    assert answer.status_code == 201
    assert "Screen Recording 2026-06-28 at 9.30.00 AM, Café" in (await client.get(f"/{event.slug}/console/films")).text
    assert (await announce(client, event, 3, "\u200b")).status_code == 422
    assert (await announce(client, event, 3, "One\nTwo")).status_code == 422


async def test_a_film_whose_process_died_can_be_tried_again_while_its_bytes_are_here(
    client: httpx.AsyncClient, app: Starlette, event: Event, film: bytes
) -> None:
    now, died = datetime.now(UTC), {"state": "failed", "deaths": MOST_DEATHS, "reason": DIED}
    async with app.state.db.writing() as db:
        row = await uploads.create(db, event.id, "Hearts", len(film))
        row.received = len(film)
        db.add(Job(kind="film", subject_id=row.id, event_id=event.id, due_at=now, asked_at=now, **died))
    again = f"/{event.slug}/console/films/{row.id}/again"
    page = await films(client, event)
    assert DIED in page
    assert again not in page
    assert (await client.post(again)).status_code == 409
    file = uploaded(app.state.settings, row)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(film)
    page = await films(client, event)
    assert (DIED in page, again in page) == (True, True)
    assert (await client.post(again)).status_code == 303
    assert "Hearts" in (await settled(client, event)).split('id="ready"')[1]
    assert (await client.post(again)).status_code == 409
