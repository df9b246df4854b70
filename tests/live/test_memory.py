"""A page that stays open for a working day holds no more at its end than at its beginning."""

from typing import NamedTuple

import pytest
from playwright.async_api import CDPSession, expect

from loadtests.results import Figure, record
from tests.live.test_pages import browsing

A_MINUTE_MS = 60_000
FRAMES_A_MINUTE = 600
"""One frame each tick of 100 ms: an ovation that never ends."""
SETTLED_MINUTES = 5
GROWTH_LIMIT_BYTES = 1_000_000
NODES_LIMIT = 200
"""The most nodes by which two measurements may differ: emoji may float during one and not during the other."""
SERVER = """
class Server extends EventTarget {
  readyState = 0;
  seq = 0;
  static claps = 0;
  constructor() {
    super();
    Server.last = this;
    setTimeout(() => { this.readyState = 1; this.dispatchEvent(new Event("open")); }, 1);
  }
  say(notice) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(notice) }));
  }
  tell(type) {
    for (const room of this.rooms) this.say({ type, room, epoch: "a", seq: this.seq, topics: this.state(room) });
  }
  state(room) {
    const totals = { clap: Server.claps, love: 1, agree: 1, laugh: 1, wow: 1, idea: 1 };
    const session = { reactions: { totals, paused: false } };
    return { headcount: { count: Server.claps % 300 }, ...(room.startsWith("session:") ? session : {}) };
  }
  send(frame) {
    const command = JSON.parse(frame);
    if (command.type === "hello") {
      this.rooms = command.rooms;
      this.tell("welcome");
    }
    if (command.type === "reaction.send") this.say({ type: "taken", sender: command.sender, n: command.n });
  }
  tick() {
    Server.claps += 3;
    this.seq += 1;
    this.tell("changed");
  }
  close() { this.lose(1000); }
  lose(code) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}
window.WebSocket = Server;
window.server = () => Server.last;
"""
"""A server within the page, which needs no network."""
A_MINUTE = """(frames) => {
  document.querySelector("button[data-emoji=clap]").click();
  for (let n = 0; n < frames; n += 1) server().tick();
}"""


class Held(NamedTuple):
    """Measure the memory of the page after its garbage is collected."""

    heap_bytes: int
    nodes: int
    listeners: int


async def held(devtools: CDPSession) -> Held:
    for _ in range(3):
        await devtools.send("HeapProfiler.collectGarbage")
    heap = await devtools.send("Runtime.getHeapUsage")
    counters = await devtools.send("Memory.getDOMCounters")
    return Held(heap["usedSize"], counters["nodes"], counters["jsEventListeners"])


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_page_that_is_open_all_day_holds_no_more_in_the_evening(
    chromium, served, make, event, session, soak: bool
) -> None:
    minutes = 8 * 60 if soak else 10
    address = f"{served}/{event.slug}/sessions/{session.slug}"
    cookie = await make.cookie(await make.delegate(event))
    async with browsing(chromium, address, cookie) as page:
        devtools = await page.context.new_cdp_session(page)
        await page.clock.install()
        await page.add_init_script(SERVER)
        await page.goto(address)
        await page.clock.run_for(1_000)
        await expect(page.locator("html")).to_have_attribute("data-connected", "yes")
        await expect(page.locator("button[data-emoji=clap]")).to_be_enabled()
        morning = None
        for minute in range(SETTLED_MINUTES + minutes):
            if minute == SETTLED_MINUTES:
                morning = await held(devtools)
            await page.evaluate(A_MINUTE, FRAMES_A_MINUTE)
            await page.clock.run_for(A_MINUTE_MS)
            if minute % 10 == 9:
                await page.evaluate("server().lose(1006)")
                await page.clock.run_for(A_MINUTE_MS)
        evening = await held(devtools)
        assert morning is not None
        shown = await page.locator(".reaction-count").first.text_content()
        assert shown == f"{3 * FRAMES_A_MINUTE * (SETTLED_MINUTES + minutes):,}"
        assert evening.heap_bytes - morning.heap_bytes < GROWTH_LIMIT_BYTES
        assert evening.nodes - morning.nodes < NODES_LIMIT
        assert evening.listeners - morning.listeners < NODES_LIMIT
    if soak:
        grown = (evening.heap_bytes - morning.heap_bytes) / 1000
        figures = [
            Figure("heap in the morning", [morning.heap_bytes / 1000], "kB"),
            Figure("grown by the evening", [grown], "kB", at_most=GROWTH_LIMIT_BYTES / 1000),
            Figure("elements more", [evening.nodes - morning.nodes], at_most=NODES_LIMIT),
            Figure("listeners more", [evening.listeners - morning.listeners], at_most=NODES_LIMIT),
        ]
        note = "A session's page in Chromium, eight hours by its clock, ten notices a second, a lost line now and then."
        record("A page that is open all day", "make soak", figures, [note])
