"""The attacks, by name: each is one bounded request or connection, made again and again at a stated rate.

An attacker knows the addresses that everybody knows, and may have a sign-in of their own: a delegate's, a speaker's, an
organiser's. Every connection goes to loopback.
"""

import asyncio
import base64
import gzip
import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from loadtests.attacks.offers import at_the_bounds, naming, over_every_bound
from loadtests.fanout.frames import masked, request

SOURCE = "127.0.0.9"
"""The address from which attackers come; the event's people have others."""
ANSWERED_WITHIN_S = 20.0
MOST_READ_BYTES = 2_000_000
PATIENCE_S = 12.0
"""The longest that a half-sent request is kept up."""
FORM = {"content-type": "application/x-www-form-urlencoded"}
SDP = {"content-type": "application/sdp"}


@dataclass(frozen=True)
class Target:
    """The installation under attack, and the sign-ins of its attackers as cookie headers."""

    port: int
    event: str
    session: str
    """The live session's slug."""
    rooms: tuple[str, ...]
    stage: str
    """A stage's id."""
    film: str
    """The address of a recording's or film's playlist."""
    delegates: tuple[str, ...]
    speakers: tuple[str, ...]
    organiser: str


Act = Callable[[Target, int], Awaitable[None]]


@dataclass(frozen=True)
class Attack:
    """One step of an attack, which is told its number; the steps a second, and those that run at the same time."""

    act: Act
    per_second: float
    at_once: int


async def ask(
    target: Target, method: str, path: str, body: bytes = b"", cookie: str = "", **headers: str
) -> tuple[int, bytes]:
    """Make a request over a connection of its own; returns the status and the first bytes of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port, local_addr=(SOURCE, 0))
    try:
        base = f"127.0.0.1:{target.port}"
        lines = [f"{method} {path} HTTP/1.1", f"host: {base}", f"origin: http://{base}", "connection: close"]
        lines += [f"content-length: {len(body)}"] if method in ("POST", "PATCH", "PUT") else []
        lines += [f"cookie: {cookie}"] if cookie else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        answer = b""
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            while len(answer) < MOST_READ_BYTES and (piece := await reader.read(65_536)):
                answer += piece
    finally:
        writer.close()
    words = answer[:32].split()
    return (int(words[1]) if len(words) > 1 else 0), answer


async def post(target: Target, path: str, cookie: str = "", **fields: str) -> None:
    await ask(target, "POST", path, urlencode(fields).encode(), cookie, content_type=FORM["content-type"])


async def join_nonsense(target: Target, n: int) -> None:
    await post(target, f"/join/{secrets.token_urlsafe(32)}")


async def wrong_passwords(target: Target, n: int) -> None:
    await post(target, "/sign-in", email=f"somebody{n % 50}@example.org", password="wrong" * 4, code="123456", then="")


async def registrations(target: Target, n: int) -> None:
    email = f"{secrets.token_hex(6)}@made-up.example"
    await post(target, f"/{target.event}/registration", name="Mallory", email=email, sector="NHS", place="Here")


async def asking_for_links(target: Target, n: int) -> None:
    await post(target, f"/{target.event}/join-link", email=f"{secrets.token_hex(6)}@made-up.example", then="")


async def half_sent_heads(target: Target, n: int) -> None:
    """Begin a request, and send one more header every second without ever ending them."""
    await drip(target, b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n", b"x-more: 1\r\n")


async def half_sent_bodies(target: Target, n: int) -> None:
    """Announce a body of a form, and send a byte of it every second."""
    head = f"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{target.port}\r\ncontent-length: 60000\r\n"
    await drip(target, (head + f"content-type: {FORM['content-type']}\r\n\r\n").encode(), b"a")


async def drip(target: Target, first: bytes, more: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port, local_addr=(SOURCE, 0))
    try:
        writer.write(first)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while not reader.at_eof():
                    writer.write(more)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(65_536), 1.0)
    finally:
        writer.close()


async def heads_of_64_kb(target: Target, n: int) -> None:
    """Send a head of 64 KB, of many headers or of one."""
    many = {f"x_{number}": "y" * 50 for number in range(1_000)}
    await ask(target, "GET", "/", **(many if n % 2 else {"x_long": "y" * 64_000}))


async def large_forms(target: Target, n: int) -> None:
    """Send a form of many fields, just below the size that is read."""
    await ask(
        target, "POST", "/sign-in", b"&".join(b"a%d=b" % i for i in range(7_000)), content_type=FORM["content-type"]
    )


async def compressed_bodies(target: Target, n: int) -> None:
    """Send 10 MB of zeros in 10 KB, as a form and as an offer."""
    path = (f"/{target.event}/registration", f"/stages/{target.stage}/whep")[n % 2]
    kind = (FORM["content-type"], SDP["content-type"])[n % 2]
    bomb = BOMB
    await ask(target, "POST", path, bomb, target.speakers[0], content_type=kind, content_encoding="gzip")


BOMB = gzip.compress(bytes(10_000_000))


async def pages(target: Target, n: int) -> None:
    """Ask for pages as a delegate, without waiting for one before the next."""
    path = ("lobby", "agenda", f"sessions/{target.session}", "recordings")[n % 4]
    await ask(target, "GET", f"/{target.event}/{path}", cookie=mine(target.delegates, n))


async def calendars(target: Target, n: int) -> None:
    await ask(target, "GET", f"/{target.event}/agenda.ics", cookie=mine(target.delegates, n))


async def segments(target: Target, n: int) -> None:
    await ask(target, "GET", f"/segments/{secrets.token_hex(16)}/v-0-{n}.m4s", range=f"bytes={n}-")


async def playlists(target: Target, n: int) -> None:
    await ask(target, "GET", f"{target.film}?_HLS_msn=999999&_HLS_part={n}", cookie=mine(target.delegates, n))


async def captions(target: Target, n: int) -> None:
    path = f"/{target.event}/sessions/{target.session}/media/captions.vtt"
    await ask(target, "GET", path, cookie=mine(target.delegates, n))


async def searches(target: Target, n: int) -> None:
    """Search the recordings for many words."""
    words = urlencode({"q": " ".join(f"word{i}*" for i in range(60))})
    await ask(target, "GET", f"/{target.event}/recordings?{words}", cookie=mine(target.delegates, n))


async def exports(target: Target, n: int) -> None:
    ending = ("xlsx", "csv.zip", "json")[n % 3]
    await ask(target, "GET", f"/{target.event}/report/export.{ending}", cookie=target.organiser)


async def reports(target: Target, n: int) -> None:
    await ask(target, "GET", f"/{target.event}/report", cookie=target.organiser)


async def own_data(target: Target, n: int) -> None:
    await ask(target, "GET", f"/{target.event}/my-data/download", cookie=mine(target.delegates, n))


async def hostile_films(target: Target, n: int) -> None:
    """Upload a megabyte that begins like a film: its boxes name sizes that do not come."""
    title = base64.b64encode(f"film {n}".encode()).decode()
    path = f"/{target.event}/console/films"
    more = {"tus_resumable": "1.0.0", "upload_length": str(len(FILM)), "upload_metadata": f"title {title}"}
    status, answer = await ask(target, "POST", path, cookie=target.organiser, **more)
    if status != 201:
        return
    [place] = [line.split()[1].decode() for line in answer.splitlines() if line.lower().startswith(b"location:")]
    kind = "application/offset+octet-stream"
    more = {"tus_resumable": "1.0.0", "upload_offset": "0", "content_type": kind}
    await ask(target, "PATCH", place, FILM, target.organiser, **more)


FILM = (
    b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x10\x00\x00moov"
    + b"\xff\xff\xff\xffmvhd" * 2
    + bytes(range(256)) * 4_096
)


async def strangers_sockets(target: Target, n: int) -> None:
    """Open `/live` without a sign-in, and with a made-up one."""
    await talk(target, f"sign_in={secrets.token_urlsafe(32)}" if n % 2 else "", [])


async def hellos(target: Target, n: int) -> None:
    """Come into rooms that are not there, and into those that are, again and again."""
    made_up = [f"session:{secrets.token_hex(4)}-0000-4000-8000-{secrets.token_hex(6)}" for _ in range(38)]
    said = [json.dumps({"type": "hello", "rooms": rooms}) for rooms in ([*target.rooms, *made_up], [*target.rooms], [])]
    await talk(target, mine(target.delegates, n), said * 10)


async def frames(target: Target, n: int) -> None:
    """Send frames that no page sends: too large, no JSON, deep JSON, and 2,000 claps at once."""
    clap = {"type": "reaction.send", "session": target.rooms[-1].partition(":")[2], "emoji": "clap", "at": None}
    claps = [json.dumps({**clap, "sender": secrets.token_hex(8), "n": k + 1}) for k in range(2_000)]
    kinds = (["x" * 60_000], ["[" * 4_000], ['{"type":"hello","rooms":[' + "1," * 1_500 + "1]}"], claps)
    await talk(
        target, mine(target.delegates, n), [json.dumps({"type": "hello", "rooms": [*target.rooms]}), *kinds[n % 4]]
    )


async def talk(target: Target, cookie: str, said: list[str]) -> None:
    """Open a WebSocket, send frames, and leave a second later."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port, local_addr=(SOURCE, 0))
    try:
        writer.write(request("/live", target.port, cookie))
        head = await asyncio.wait_for(reader.read(65_536), ANSWERED_WITHIN_S)
        if b" 101 " in head[:16]:
            writer.write(b"".join(masked(each.encode()) for each in said))
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    while await reader.read(65_536):
                        pass
    finally:
        writer.close()


async def largest_offers(target: Target, n: int) -> None:
    await offer(target, at_the_bounds(), n)


async def boundless_offers(target: Target, n: int) -> None:
    await offer(target, over_every_bound(n), n)


async def offers_naming_others(target: Target, n: int) -> None:
    await offer(target, naming(["127.0.0.1", "169.254.1.1", "10.0.0.1", "localhost"], n), n)


async def offer(target: Target, content: str, n: int) -> None:
    """Offer backstage as one of the speakers, and end the connection that comes of it."""
    cookie = mine(target.speakers, n)
    status, answer = await ask(
        target, "POST", f"/stages/{target.stage}/whep", content.encode(), cookie, content_type=SDP["content-type"]
    )
    if status == 201:
        [place] = [line.split()[1].decode() for line in answer.splitlines() if line.lower().startswith(b"location:")]
        await ask(target, "DELETE", place, cookie=cookie)


def mine(cookies: tuple[str, ...], n: int) -> str:
    return cookies[n % len(cookies)]


ATTACKS: dict[str, Attack] = {
    "made-up join links": Attack(join_nonsense, 40, 20),
    "wrong passwords": Attack(wrong_passwords, 20, 10),
    "made-up registrations": Attack(registrations, 40, 20),
    "requests for links": Attack(asking_for_links, 40, 20),
    "half-sent heads": Attack(half_sent_heads, 40, 400),
    "half-sent bodies": Attack(half_sent_bodies, 40, 400),
    "heads of 64 KB": Attack(heads_of_64_kb, 40, 20),
    "forms of 7,000 fields": Attack(large_forms, 20, 10),
    "compressed bodies": Attack(compressed_bodies, 20, 10),
    "sockets without a sign-in": Attack(strangers_sockets, 40, 40),
    "hellos": Attack(hellos, 10, 20),
    "frames of no page": Attack(frames, 10, 20),
    "the largest offers": Attack(largest_offers, 20, 16),
    "offers over every bound": Attack(boundless_offers, 20, 16),
    "offers that name others": Attack(offers_naming_others, 20, 16),
    "hostile films": Attack(hostile_films, 2, 2),
    "exports": Attack(exports, 4, 4),
    "reports": Attack(reports, 4, 4),
    "downloads of one's data": Attack(own_data, 10, 8),
    "pages": Attack(pages, 10, 8),
    "searches": Attack(searches, 10, 8),
    "calendars": Attack(calendars, 10, 8),
    "segments": Attack(segments, 40, 20),
    "playlists": Attack(playlists, 40, 20),
    "captions": Attack(captions, 40, 20),
}
"""The rate of each is several times what its limit allows, or what one attacker's line carries of it."""


async def carry_out(attack: Attack, target: Target, seconds: float) -> int:
    """Attack for `seconds`; returns the number of steps that were begun."""
    running = set[asyncio.Task[None]]()
    began_s = asyncio.get_running_loop().time()
    for n in count():
        wait_s = began_s + n / attack.per_second - asyncio.get_running_loop().time()
        if began_s + seconds - asyncio.get_running_loop().time() <= max(wait_s, 0.0):
            break
        await asyncio.sleep(max(wait_s, 0.0))
        if len(running) >= attack.at_once:
            _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED, timeout=1.0)
            if len(running) >= attack.at_once:
                continue
        running.add(asyncio.create_task(step(attack, target, n)))
    for each in running:
        each.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return n


async def step(attack: Attack, target: Target, n: int) -> None:
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        await attack.act(target, n)
