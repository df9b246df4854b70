"""A page is first drawn from the very state that its room sends, so it can tell when it is old."""

import json
import re
from html import unescape

import msgspec
import pytest

from server.live.rows import SqlRows
from server.store import seating


@pytest.fixture
async def addresses(make, event, session, client):
    """The pages that are drawn from a topic, as a delegate sees them who is seated at a table."""
    amina, table = await make.delegate(event, "Amina"), await make.table(event)
    await make.session(event, title="Cancelled", state="cancelled")
    async with make.database.writing() as db:
        await seating.take_seat(db, table, amina.id, now=session.started_at)
    client.cookies.update(await make.cookie(amina))
    return {
        "agenda": (f"/{event.slug}/agenda", f"event:{event.id}", "agenda"),
        "lobby": (f"/{event.slug}/lobby", f"event:{event.id}", "agenda"),
        "session": (f"/{event.slug}/sessions/{session.slug}", f"session:{session.id}", "status"),
        "table": (f"/{event.slug}/lounge/{table.id}", f"table:{table.id}", "seats"),
    }


@pytest.mark.parametrize("page", ["agenda", "lobby", "session", "table"])
async def test_a_page_is_drawn_from_what_its_room_sends(database, client, addresses, page):
    address, room, topic = addresses[page]
    html = (await client.get(address)).text
    [drawn] = re.findall(rf'data-room="{room}" data-topic="{topic}" data-drawn=\'([^\']*)\'', html)
    state = (await SqlRows(database).load(room, [topic]))[topic].state
    assert json.loads(unescape(drawn)) == json.loads(msgspec.json.encode(state))
