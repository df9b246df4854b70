"""A replay of the conference MSE in Action, over the network alone: `python -m loadtests.replay --help`.

An organiser makes the event in the console. The crowd registers through the form, comes in by the link in its mail,
reacts over WebSockets and answers both surveys. The replay does not compare the report with the plan; its tests do.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from itertools import chain
from typing import TypeVar

import httpx

from loadtests.delegates import CREDIT, REFILL_S, Presence, Visitor, WentWrong, session_room
from loadtests.mailroom import Mailroom
from loadtests.plan import Part, Plan, draw_plan, read_published

AT_ONCE = 24
"""Number of people who act at the same moment."""
MAIL_WITHIN_S = 300.0
TIMEOUT_S = 120.0
HOUR = "%Y-%m-%dT%H:%M"
CONTROLLER = {"controller": "The organisation of the replay", "privacy_contact": "privacy@example.org"}
T = TypeVar("T")
R = TypeVar("R")
Tell = Callable[[str], None]


async def replay(plan: Plan, url: str, organiser_link: str, mailroom: Mailroom, tell: Tell) -> None:
    """Carry out the plan. Raises WentWrong at the first unexpected answer."""
    async with browser_of(url) as http:
        organiser = Visitor(http)
        await organiser.join(organiser_link)
        event = await make_event(organiser, plan)
        tell("registering")
        delegates = await each(plan.parts, lambda part: come_in(Visitor(http), event, part, mailroom))
        for number, title in enumerate(plan.sessions):
            tell(title)
            session = await open_session(organiser, event, title)
            await applaud(delegates, f"{event}/sessions/{session}", [part.reactions[number] for part in plan.parts])
            await organiser.post(f"{event}/console/sessions/{session}/move", {"move": "end"})
        tell("answering")
        answers = [(who, part.after) for who, part in zip(delegates, plan.parts, strict=True) if part.after]
        await each(answers, lambda pair: pair[0].post(f"{event}/surveys/after", pair[1]))


@asynccontextmanager
async def browser_of(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP connections that all visitors share; each visitor keeps cookies of their own."""
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=url, cookies=no_cookies, limits=limits, timeout=TIMEOUT_S) as http:
        yield http


async def each(items: Iterable[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
    """The results of `work` for the items, in their order; `AT_ONCE` of them are worked on at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> R:
        async with gate:
            return await work(item)

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(item)) for item in items]
    return [task.result() for task in running]


async def make_event(organiser: Visitor, plan: Plan) -> str:
    """Make the event for today and tomorrow, open it, and return its path."""
    today = datetime.now(UTC).date()
    lists = {name: "\n".join(plan.event[name]) for name in ("sectors", "places")}
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=1)).isoformat()}
    await organiser.post("/events/new", {**plan.event, **lists, **days, "recordings_open": "at once"})
    event = f"/{plan.event['slug']}"
    await organiser.post(f"{event}/console/privacy", CONTROLLER)
    await organiser.post(f"{event}/console/move", {"move": "open"})
    return event


async def open_session(organiser: Visitor, event: str, title: str) -> str:
    """Put a session on the agenda, start it, and return its slug."""
    now = datetime.now(UTC)
    hours = {"starts": now.strftime(HOUR), "ends": (now + timedelta(hours=1)).strftime(HOUR)}
    made = await organiser.post(f"{event}/console/sessions/new", {"title": title, "kind": "talk", **hours})
    slug = httpx.URL(made.headers["location"]).path.rpartition("/")[2]
    await organiser.post(f"{event}/console/sessions/{slug}/move", {"move": "start"})
    return slug


async def come_in(visitor: Visitor, event: str, part: Part, mailroom: Mailroom) -> Visitor:
    """Register, wait for the mail, and open the link in it."""
    form = {"name": part.name, "email": part.email, "sector": part.sector, "place": part.place}
    if part.before is not None:
        form["understanding"] = str(part.before)
    await visitor.post(f"{event}/registration", form)
    await visitor.join(await mailroom.link_for(part.email, within_s=MAIL_WITHIN_S))
    return visitor


async def applaud(delegates: Sequence[Visitor], path: str, reactions: Sequence[Sequence[str]]) -> None:
    """Let everybody enter the session and react at once, then wait until each page shows every reaction as counted."""
    room = session_room(await delegates[0].get(path))
    async with AsyncExitStack() as doors:
        there = await each(delegates, lambda visitor: doors.enter_async_context(visitor.live([room])))
        sent = zip(there, reactions, strict=True)
        outcomes = await asyncio.gather(*(page.react(room.partition(":")[2], emoji) for page, emoji in sent))
        refused = Counter(outcome for outcome in chain(*outcomes) if outcome != "taken")
        if refused:
            raise WentWrong(f"{path}: reactions were refused: {dict(refused)}")
        total = sum(map(len, reactions))
        await asyncio.gather(*(all_counted(page, room, total) for page in there))
    # A person's credits count in all sessions together: the next session begins with all of them refilled.
    await asyncio.sleep(CREDIT * REFILL_S)


async def all_counted(page: Presence, room: str, total: int) -> None:
    """Wait until a page shows every reaction that was sent."""
    await page.until(lambda: sum(page.topics[room, "reactions"]["totals"].values()) == total)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtests.replay", description=__doc__)
    parser.add_argument("url", help="the address of Plenary, for example http://127.0.0.1:8000")
    parser.add_argument(
        "--organiser", required=True, metavar="LINK", help="the join link of an organiser of every event"
    )
    parser.add_argument(
        "--mail",
        default="127.0.0.1:2525",
        metavar="HOST:PORT",
        help="the address to accept mail at, the same as Plenary's PLENARY_MAIL_SERVER (default: %(default)s)",
    )
    arguments = parser.parse_args()
    asyncio.run(run(arguments))
    return 0


async def run(arguments: argparse.Namespace) -> None:
    with Mailroom(asyncio.get_running_loop(), arguments.mail) as mailroom:
        await replay(draw_plan(read_published()), arguments.url, arguments.organiser, mailroom, print)


if __name__ == "__main__":
    sys.exit(main())
