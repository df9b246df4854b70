"""The published figures, which are the input of the replay, and the people and acts that are drawn from them."""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from loadtests.drawing import dealt, spread, with_mean, with_shares

INPUT = Path(__file__).with_name("replay.toml")
BOUNDS = {"understanding": (0, 10), "stars": (1, 5)}
"""The lowest and highest answer to questions whose names begin with the key."""
LEARNED = (
    "How partnerships turn into better care for residents.",
    "What is going on in the next district, and whom to ring about it.",
    "That prevention begins with a warm home.",
)

Answers = Mapping[str, str | int]


@dataclass(frozen=True)
class Part:
    """The acts of one person.

    `before` and `after` are None for a person who does not answer that survey; `reactions` are the emoji by session.
    """

    email: str
    name: str
    sector: str
    place: str
    before: int | None
    after: Answers | None
    reactions: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Plan:
    """The whole replay, drawn in advance; `event` holds the fields of the organiser's form."""

    event: Mapping[str, Any]
    sessions: Sequence[str]
    parts: Sequence[Part]
    posts: Sequence[int]
    """The impressions of each post that carries the hashtag."""

    def reactions(self) -> Counter[tuple[str, str]]:
        """The number of each emoji in each session, by session and emoji."""
        return Counter(
            (session, emoji)
            for part in self.parts
            for session, sent in zip(self.sessions, part.reactions, strict=True)
            for emoji in sent
        )

    def answers(self) -> Counter[tuple[str, str, str | int]]:
        """The number of times that each answer is given, by wave, question and answer. Free text is left out."""
        before = [("before", "understanding", part.before) for part in self.parts if part.before is not None]
        after = [("after", name, said) for part in self.parts for name, said in (part.after or {}).items()]
        return Counter(answer for answer in [*before, *after] if answer[1] != "learned")


def read_published(one_in: int = 1) -> dict[str, Any]:
    """The input of the replay, with the counts of people and acts divided by `one_in`; shares and means stay."""
    published = tomllib.loads(INPUT.read_text(encoding="utf-8"))
    counts = {name: published[name] // one_in for name in ("registrations", "reactions")}
    answered = {wave: count // one_in for wave, count in published["answered"].items()}
    posts = {name: count // one_in for name, count in published["posts"].items()}
    return published | counts | {"answered": answered, "posts": posts}


def draw_plan(published: dict[str, Any]) -> Plan:
    """Draw the crowd from the published figures; the same input always gives the same crowd."""
    chance = Random(published["seed"])
    posts = published["posts"]
    people = range(published["registrations"])
    mean = published["mean"]["understanding_before"]
    before = spread(
        with_mean(published["answered"]["before"], mean, BOUNDS["understanding"], chance), len(people), chance
    )
    after = spread(_answers_after(published, chance), len(people), chance)
    reactions = _reactions(published, chance)
    return Plan(
        event=published["event"],
        sessions=published["sessions"],
        posts=with_mean(posts["uses"], posts["impressions"] / posts["uses"], (0, 100), chance),
        parts=[
            Part(
                email=f"delegate-{number}@replay.example",
                name=f"Delegate {number}",
                sector=chance.choice(published["event"]["sectors"]),
                place=chance.choice(published["event"]["places"]),
                before=before[number],
                after=after[number],
                reactions=reactions[number],
            )
            for number in people
        ],
    )


def _answers_after(published: Mapping[str, Any], chance: Random) -> list[Answers]:
    """The answers of each person who answers the survey after the event."""
    count = published["answered"]["after"]
    columns: dict[str, list[Any]] = {
        name.removesuffix("_after"): with_mean(count, mean, BOUNDS[name.partition("_")[0]], chance)
        for name, mean in published["mean"].items()
        if name != "understanding_before"
    }
    columns |= {name: with_shares(count, shares, chance) for name, shares in published["share"].items()}
    columns["learned"] = [chance.choice(("", *LEARNED)) for _ in range(count)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _reactions(published: Mapping[str, Any], chance: Random) -> list[list[list[str]]]:
    """The emoji of each person in each session, by person and then by session."""
    emoji = with_shares(published["reactions"], published["emoji"], chance)
    share = -(-len(emoji) // len(published["sessions"]))
    parts = [emoji[start : start + share] for start in range(0, len(emoji), share)]
    return [
        list(hand) for hand in zip(*(dealt(part, published["registrations"], chance) for part in parts), strict=True)
    ]
