"""A simulated person, who sends the same as a browser over HTTP and the WebSocket."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection
from websockets.typing import Origin

SESSION_ROOM = re.compile(r"session:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
CREDIT, REFILL_S = 10, 0.5
"""Reactions that a person may send at once, and seconds until one more is allowed, as rooms/PROTOCOL.md says."""
ANSWER_WITHIN_S = 30.0


class WentWrong(Exception):
    """Raised for an answer of the server that the replay does not expect; the text gives the request and the answer."""


@dataclass
class Visitor:
    """A browser with its cookies, which fetches pages and sends forms. Raises WentWrong for any other status."""

    http: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> str:
        """The HTML of a page."""
        answer = await self.http.get(path, headers=self._headers())
        return self._checked(answer, (200,)).text

    async def post(self, path: str, form: Mapping[str, Any]) -> httpx.Response:
        """Send a form and return the answer, which has to be a redirect (303)."""
        headers = {**self._headers(), "origin": str(self.http.base_url).rstrip("/")}
        answer = self._checked(await self.http.post(path, data=dict(form), headers=headers), (303,))
        self.cookies.update(answer.cookies)
        return answer

    async def join(self, link: str) -> None:
        """Open a join link and press its button."""
        path = httpx.URL(link).path
        await self.get(path)
        await self.post(path, {})

    @asynccontextmanager
    async def live(self, rooms: Sequence[str]) -> AsyncIterator["Presence"]:
        """A connection in these rooms; the context begins once each of them has sent its `welcome`."""
        origin = str(self.http.base_url).rstrip("/")
        address = origin.replace("http", "ws", 1) + "/live"
        async with websockets.connect(address, origin=Origin(origin), additional_headers=self._headers()) as socket:
            presence = Presence(socket)
            await presence.enter(rooms)
            listening = asyncio.create_task(presence.listen())
            try:
                yield presence
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    def _headers(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    @staticmethod
    def _checked(answer: httpx.Response, expected: Sequence[int]) -> httpx.Response:
        if answer.status_code not in expected:
            words = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
            raise WentWrong(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {words[:400]}")
        return answer


class Presence:
    """A page in its rooms: the newest state of every topic, and the outcome of each reaction that it sent."""

    def __init__(self, socket: ClientConnection) -> None:
        self.topics: dict[tuple[str, str], Any] = {}
        self._socket = socket
        self._sender = secrets.token_hex(8)
        self._outcomes: dict[int, asyncio.Future[str]] = {}
        self._news = asyncio.Event()

    async def enter(self, rooms: Sequence[str]) -> None:
        """Send `hello` and wait for a `welcome` of every room. Raises WentWrong when a room denies us."""
        await self._socket.send(json.dumps({"type": "hello", "rooms": list(rooms)}))
        outside = set(rooms)
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while outside:
                notice = self._take(await self._socket.recv())
                if notice["type"] == "denied":
                    raise WentWrong(f"{notice['room']} denied us: {notice['reason']}")
                outside.discard(notice["room"])

    async def listen(self) -> None:
        """Read notices until the connection ends."""
        async for frame in self._socket:
            self._take(frame)

    async def react(self, session: str, emoji: Sequence[str]) -> list[str]:
        """Send reactions as fast as credits allow and return the outcome of each: `taken`, or the reason of a refusal.

        The server may fall behind, so the wait for another credit begins only when the last reaction is answered.
        """
        sent: list[asyncio.Future[str]] = []
        for n, name in enumerate(emoji, start=len(self._outcomes) + 1):
            if n > CREDIT:
                await asyncio.wait_for(sent[-1], ANSWER_WITHIN_S)
                await asyncio.sleep(REFILL_S)
            self._outcomes[n] = asyncio.get_running_loop().create_future()
            command = {"type": "reaction.send", "session": session, "sender": self._sender, "n": n, "emoji": name}
            await self._socket.send(json.dumps(command))
            sent.append(self._outcomes[n])
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return list(await asyncio.gather(*sent))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for notices until `holds()` is true. Raises TimeoutError after `ANSWER_WITHIN_S`."""
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while not holds():
                self._news.clear()
                await self._news.wait()

    def _take(self, frame: str | bytes) -> dict[str, Any]:
        notice: dict[str, Any] = json.loads(frame)
        match notice["type"]:
            case "welcome" | "changed":
                self.topics.update({(notice["room"], topic): state for topic, state in notice["topics"].items()})
                self._news.set()
            case "taken":
                self._settle(notice, "taken")
            case "refused":
                self._settle(notice, notice["reason"])
        return notice

    def _settle(self, notice: Mapping[str, Any], outcome: str) -> None:
        waiting = self._outcomes.get(notice["n"]) if notice["sender"] == self._sender else None
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)


def session_room(page: str) -> str:
    """The live room that a session's page names. Raises WentWrong when the page names none."""
    found = SESSION_ROOM.search(page)
    if found is None:
        raise WentWrong("the session's page names no live room")
    return found[0]
