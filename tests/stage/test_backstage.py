"""Speakers meet backstage, the producer takes one on air, and another one is seen in the sign-language window."""

import re
from pathlib import Path

from playwright.async_api import expect

from server.settings import Settings
from tests.factory import Factory
from tests.stage.conftest import House, Open
from tests.stage.speaking import WITHIN_MS, join, sees
from tests.waiting import until

CAMERA = """
navigator.mediaDevices.getUserMedia = ((original) => (wanted) => original.call(
  navigator.mediaDevices, { ...wanted, video: { width: 320, height: 180, frameRate: 10 } }
))(navigator.mediaDevices.getUserMedia);
"""
"""A small camera, as three browsers with larger ones need all of a machine with two cores."""

SIGNS = """() => {
  const video = document.querySelector(".sign-video");
  return video.videoWidth > 0 && video.currentTime > 0;
}"""

UNPLUGGED = """() => {
  const [track] = document.querySelector("[data-preview]").srcObject.getTracks();
  track.stop();
  track.dispatchEvent(new Event("ended"));
}"""
"""A camera is pulled out: the browser's track ends."""


async def test_speakers_meet_backstage_one_is_taken_on_air_and_one_interprets(
    house: House, open_as: Open, make: Factory, settings: Settings
):
    backstage = f"/{house.event.slug}/stages/{house.stage.id}"
    amara, ben = [await open_as(person, backstage, CAMERA) for person in (house.amara, house.ben)]
    producer = await open_as(house.olive, f"/{house.event.slug}/console/stages/{house.stage.id}")
    await join(amara)
    await join(ben)
    await sees(amara, 1)
    await sees(ben, 1)
    await sees(producer, 2)

    tally = amara.locator(".tally")
    await expect(tally).to_contain_text("Standing by")
    await producer.locator(".monitor", has_text="Amara").get_by_role("button", name="Take").click()
    await producer.get_by_role("button", name="Go on air").click()
    await expect(tally).to_have_attribute("data-state", "on-air", timeout=WITHIN_MS)
    await expect(ben.locator(".tally")).to_have_attribute("data-state", "beside", timeout=WITHIN_MS)
    sent = settings.data / "media" / "programmes" / str(house.session.id) / "video.m3u8"
    await until(lambda: listed_in(sent) >= 2)

    await producer.locator(".monitor", has_text="Ben").get_by_role("button", name="Sign window").click()
    await expect(ben.locator(".tally")).to_have_attribute("data-state", "on-air", timeout=WITHIN_MS)
    viewer = await make.delegate(house.event, interpreter=True)
    watching = await open_as(viewer, f"/{house.event.slug}/sessions/{house.session.slug}")
    await expect(watching.locator(".sign-window")).to_be_visible(timeout=WITHIN_MS)
    await watching.wait_for_function(SIGNS, timeout=WITHIN_MS)

    await ben.evaluate(UNPLUGGED)
    await expect(ben.get_by_role("alert")).to_contain_text("Your camera has stopped")
    await ben.get_by_role("button", name="Try again").click()
    await expect(ben.locator("[data-trouble]")).to_be_hidden(timeout=WITHIN_MS)
    await ben.close()
    await expect(producer.get_by_role("alert")).to_contain_text("To be seen, and not here: Ben", timeout=WITHIN_MS)

    await producer.get_by_role("button", name="Clear").click()
    await expect(tally).to_have_attribute("data-state", "clear", timeout=WITHIN_MS)


def listed_in(playlist: Path) -> int:
    return len(re.findall(r"^v-.*m4s$", playlist.read_text(), re.MULTILINE)) if playlist.exists() else 0
