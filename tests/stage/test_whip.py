"""WHIP over HTTP (RFC 9725), against a real media process."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from rooms.offers import OFFER_EVERY_S, OFFERS_AT_ONCE
from server.rules.stream_keys import stream_key
from server.settings import Settings
from server.trust.secret import load_secret
from tests.factory import Factory
from tests.stage.conftest import House
from tests.waiting import until

OFFER = (Path(__file__).parent / "offer.sdp").read_text()
SDP = {"content-type": "application/sdp"}
STARTS_WITHIN_S = 90


@pytest.fixture
async def encoder(served: str, settings: Settings, house: House) -> AsyncIterator[httpx.AsyncClient]:
    """An encoder with the stage's key, once the media process is there."""
    key = stream_key(load_secret(settings), house.stage.id, 1)
    async with httpx.AsyncClient(base_url=served, headers={"authorization": f"Bearer {key}"}, timeout=60) as client:

        async def is_there() -> bool:
            return (await client.post(house.whip, content="nonsense", headers=SDP)).status_code != 503

        await until(is_there, STARTS_WITHIN_S)
        yield client


async def test_an_encoder_publishes_and_ends_as_the_rfc_says_and_a_new_key_cuts_it_off(
    encoder: httpx.AsyncClient, house: House, make: Factory, settings: Settings
):
    made = await encoder.post(house.whip, content=OFFER, headers=SDP)
    assert made.status_code == 201
    assert made.headers["content-type"] == "application/sdp"
    resource = made.headers["location"]
    assert resource.startswith(f"{house.whip}/")
    assert "a=rtpmap:102 H264/90000" in made.text
    assert "VP8" not in made.text
    assert "a=rtcp-fb:102 transport-cc" in made.text
    ports = set(re.findall(r"a=candidate:\S+ \d udp \d+ \S+ (\d+) typ host", made.text))
    assert len(ports) == 1

    again = await encoder.post(house.whip, content=OFFER, headers=SDP)
    assert again.status_code == 409
    assert (await encoder.patch(resource, content="a=ice-ufrag:x")).status_code == 405
    assert (await encoder.delete(f"{house.whip}/{'0' * 32}")).status_code == 404
    assert (await encoder.delete(resource)).status_code == 200
    assert (await encoder.delete(resource)).status_code == 404
    assert (await encoder.post(house.whip, content=OFFER, headers=SDP)).status_code == 201

    organiser = await make.cookie(house.olive, strong=True)
    async with httpx.AsyncClient(base_url=encoder.base_url, cookies=organiser, timeout=60) as desk:
        assert (await desk.post(f"/{house.event.slug}/console/stages/{house.stage.id}/key")).status_code == 303
    assert (await encoder.post(house.whip, content=OFFER, headers=SDP)).status_code == 401
    encoder.headers["authorization"] = f"Bearer {stream_key(load_secret(settings), house.stage.id, 2)}"
    assert (await encoder.post(house.whip, content=OFFER, headers=SDP)).status_code == 201


async def test_who_may_not_publish_and_what_is_no_offer_is_told_apart(
    encoder: httpx.AsyncClient, house: House, make: Factory
):
    for address in (house.whip, house.whep):
        told = await encoder.options(address)
        assert (told.status_code, told.headers["accept-post"]) == (204, "application/sdp")
    wrong_key = await encoder.post(house.whip, content=OFFER, headers={**SDP, "authorization": "Bearer x"})
    assert (wrong_key.status_code, wrong_key.headers["www-authenticate"]) == (401, "Bearer")
    assert (await encoder.post(house.whip, content=OFFER)).status_code == 415
    assert (await encoder.post(house.whip, content="v=0", headers=SDP)).status_code == 400
    assert (await encoder.post(house.whip, content=OFFER.replace("H264", "H265"), headers=SDP)).status_code == 406
    del encoder.headers["authorization"]
    assert (await encoder.post(house.whip, content=OFFER, headers=SDP)).status_code == 401
    encoder.cookies.update(await make.cookie(await make.delegate(house.event)))
    assert (await encoder.post(house.whip, content=OFFER, headers=SDP)).status_code == 403
    assert (await encoder.post(house.whep, content=OFFER, headers=SDP)).status_code == 403


async def test_an_offer_over_a_bound_is_refused_in_one_line_and_the_next_one_is_answered(
    encoder: httpx.AsyncClient, house: House
):
    session, _, sections = OFFER.partition("m=")
    one = "m=" + sections.partition("m=")[0]
    for content, status in (
        (OFFER + "a=x\r\n" * 60_000, 413),
        (session + one * 600, 413),
        (session + one * 300, 413),
        (OFFER.replace("m=audio 9 UDP/TLS/RTP/SAVPF", "m=application 9 UDP/DTLS/SCTP"), 400),
    ):
        refused = await encoder.post(house.whip, content=content, headers=SDP)
        assert (refused.status_code, refused.text.count("\n")) == (status, 1)
    assert (await encoder.post(house.whip, content=OFFER, headers=SDP)).status_code == 201


async def test_whoever_offers_without_end_is_asked_to_wait_and_others_are_not(
    encoder: httpx.AsyncClient, house: House, make: Factory
):
    statuses = [(await encoder.post(house.whip, content="", headers=SDP)).status_code for _ in range(OFFERS_AT_ONCE)]
    assert set(statuses) <= {400, 429}
    refused = await encoder.post(house.whip, content=OFFER, headers=SDP)
    assert (refused.status_code, refused.text.count("\n")) == (429, 1)
    assert 1 <= int(refused.headers["retry-after"]) <= OFFER_EVERY_S
    async with httpx.AsyncClient(base_url=encoder.base_url, cookies=await make.cookie(house.amara), timeout=60) as page:
        assert (await page.post(house.whip, content=OFFER, headers=SDP)).status_code == 201
