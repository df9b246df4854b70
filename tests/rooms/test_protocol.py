"""The wire: one sample per message and topic, strict when speaking, tolerant when listening."""

import contextlib
import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import flood
from rooms.errors import MessageRefused
from rooms.protocol import (
    EMOJI,
    FRAME_LIMIT_BYTES,
    REASONS,
    ROOMS_LIMIT,
    SIGNS,
    AnyCommand,
    AnyNotice,
    Close,
    Denial,
    Hello,
    ReactionSend,
    decode_command,
    decode_notice,
    encode,
)
from rooms.reactions import CREDIT_LIMIT, CREDIT_REFILL_PER_S, INBOX_LIMIT
from rooms.room import STILL_HERE_MS
from rooms.session import GRACE_MS, SKEW_MS
from rooms.topics import TOPICS
from rooms.topics.topic import CREW, EVERYONE, SEATED
from server.live.conversation import BACKLOG_LIMIT
from server.live.fanout import FRAGMENTS_LIMIT, TOLD_LIMIT
from server.live.outbox import SHARED_LIMIT
from server.live.socket import CONNECTIONS_PER_SIGN_IN
from server.store.tables import LAST_MESSAGES

WIRE = Path(__file__).parent.parent / "wire"
PROSE = (Path(__file__).parents[2] / "rooms" / "PROTOCOL.md").read_text()
COMMANDS = {kind.__struct_config__.tag: kind for kind in get_args(AnyCommand)}
NOTICES = {kind.__struct_config__.tag: kind for kind in get_args(AnyNotice)}
STATES = {name: topic.state for topics in TOPICS.values() for name, topic in topics.items()}
UUID = "3f1c2f6e-8a0b-4d39-9d2e-0c7a5b1e4f60"


def sample(name: str) -> bytes:
    return (WIRE / f"{name}.json").read_bytes()


def test_every_message_and_every_topic_has_its_sample_and_no_sample_is_of_nothing():
    assert {path.stem for path in WIRE.glob("*.json")} == COMMANDS.keys() | NOTICES.keys()
    assert {path.stem for path in (WIRE / "topics").glob("*.json")} == STATES.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_sample_command_survives_the_round_trip(name):
    command = decode_command(sample(name))
    assert isinstance(command, COMMANDS[name])
    assert json.loads(encode(command)) == json.loads(sample(name))


@pytest.mark.parametrize("name", NOTICES)
def test_a_sample_notice_survives_the_round_trip(name):
    notice = decode_notice(sample(name))
    assert isinstance(notice, NOTICES[name])
    assert json.loads(encode(notice)) == json.loads(sample(name))


@pytest.mark.parametrize("name", STATES)
def test_a_sample_topic_says_exactly_what_is_declared(name):
    state = msgspec.json.decode(sample(f"topics/{name}"), type=STATES[name])
    assert json.loads(msgspec.json.encode(state)) == json.loads(sample(f"topics/{name}"))
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(msgspec.to_builtins(state) | {"email": "someone@example.org"}, STATES[name])


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_with_an_undeclared_field_is_refused(name):
    with pytest.raises(MessageRefused):
        decode_notice(json.dumps(json.loads(sample(name)) | {"person": UUID}))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_from_a_newer_page_is_understood(name):
    assert decode_command(json.dumps(json.loads(sample(name)) | {"colour": "teal"})) == decode_command(sample(name))


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "null",
        "[]",
        "{",
        "\ud800",
        '{"type":"welcome"}',
        '{"type":"reaction.send"}',
        '{"type":"hello","rooms":["lobby"]}',
        json.dumps({"type": "hello", "rooms": [f"event:{UUID}\n"]}),
        json.dumps({"type": "hello", "rooms": [f"event:{UUID}"] * 41}),
    ],
)
def test_what_is_not_a_command_is_refused(frame):
    with pytest.raises(MessageRefused):
        decode_command(frame)


@pytest.mark.parametrize(
    "field",
    [
        {"session": "someone-elses"},
        {"sender": "9F3A01C2B4D5E6F7"},
        {"sender": "9f3a01c2b4d5e6f7\n"},
        {"sender": 1},
        {"n": 0},
        {"n": -1},
        {"n": 2**31},
        {"n": "1"},
        {"n": 1.5},
        {"emoji": "👏"},
        {"emoji": "<b>"},
        {"at": -1},
        {"at": 253_402_300_799_001},
        {"at": "now"},
    ],
)
def test_a_reaction_with_a_field_that_does_not_fit_is_refused(field):
    with pytest.raises(MessageRefused):
        decode_command(json.dumps(json.loads(sample("reaction.send")) | field))


@given(st.text() | st.binary())
def test_no_frame_raises_anything_but_its_refusal(frame):
    with contextlib.suppress(MessageRefused):
        decode_command(frame)


@given(st.lists(st.uuids().map(lambda key: f"session:{key}"), max_size=40))
def test_any_rooms_can_be_named(rooms):
    assert decode_command(encode(Hello(rooms))) == Hello(rooms)


def test_without_a_media_time_a_reaction_has_none():
    message = json.loads(sample("reaction.send"))
    del message["at"]
    command = decode_command(json.dumps(message))
    assert isinstance(command, ReactionSend)
    assert command.at is None


def test_every_emoji_is_drawn_and_every_close_code_states_its_policy():
    assert tuple(SIGNS) == EMOJI
    assert all(4000 <= code <= 4999 for code in Close)


def test_the_prose_shows_each_message_and_topic_as_its_sample():
    examples = re.findall(r"^### `([^`]+)`\n```json\n(.+?)```$", PROSE, re.MULTILINE | re.DOTALL)
    shown = {name: json.loads(example) for name, example in examples}
    samples = [*COMMANDS, *NOTICES, *(f"topics/{name}" for name in STATES)]
    assert shown == {name.removeprefix("topics/"): json.loads(sample(name)) for name in samples}
    assert len(samples) == PROSE.count("```json"), "each is shown once, and nothing else is"


def test_the_prose_names_every_field_of_each_message_and_topic_and_every_value():
    """Each field in its own section: in the example, or as code in a sentence where it is optional."""
    sections = dict(re.findall(r"^### `([^`]+)`\n(.+?)(?=^#|\Z)", PROSE, re.MULTILINE | re.DOTALL))
    lost = []
    for name, kind in (COMMANDS | NOTICES | STATES).items():
        for part in parts_of(kind):
            if isinstance(part, msgspec.inspect.StructType):
                names = {field.encode_name for field in part.fields}
                lost += [f"{name}.{field}" for field in sorted(names) if not says(sections[name], field)]
            if isinstance(part, msgspec.inspect.LiteralType):
                lost += [f"{name}: {value}" for value in part.values if not says(PROSE, str(value))]
    assert lost == []


def says(prose: str, word: str) -> bool:
    """True when the word stands in the prose as code, or in an example."""
    return f"`{word}`" in prose or f'"{word}"' in prose


def parts_of(kind: type[msgspec.Struct]) -> list[msgspec.inspect.Type]:
    """All types within a struct, however deep, and its own."""
    parts = [msgspec.inspect.type_info(kind)]
    for part in parts:
        parts += inner(part)
    return parts


def inner(part: msgspec.inspect.Type) -> list[msgspec.inspect.Type]:
    """The types that a type holds directly."""
    match part:
        case msgspec.inspect.StructType():
            return [field.type for field in part.fields]
        case msgspec.inspect.DictType():
            return [part.key_type, part.value_type]
        case msgspec.inspect.UnionType():
            return list(part.types)
        case msgspec.inspect.ListType():
            return [part.item_type]
        case msgspec.inspect.Metadata():
            return [part.type]
        case _:
            return []


def test_the_prose_says_who_sees_each_topic_of_each_room_and_how_often():
    who = {EVERYONE: "everyone", CREW: "crew", SEATED: "seated, crew"}
    said = {
        (kind, f"`{name}`", who[topic.audiences], f"{topic.pace_ms} ms" if topic.pace_ms else "")
        for kind, topics in TOPICS.items()
        for name, topic in topics.items()
    }
    rows = re.findall(r"^\| (event|session|stage|table) \| (.+?) \| (.+?) \| (.*?) ?\|$", PROSE, re.MULTILINE)
    assert set(rows) == said
    assert len(rows) == len(said)


def test_the_prose_names_every_reason_emoji_and_close_code():
    words = [*EMOJI, *REASONS, *get_args(Denial), *(str(int(code)) for code in Close)]
    assert [word for word in words if f"`{word}`" not in PROSE] == []


def test_the_prose_states_the_limits_that_hold():
    said = [
        f"| a command | {FRAME_LIMIT_BYTES:,} bytes |",
        f"`rooms` (at most {ROOMS_LIMIT})",
        f"| {flood.BURST} at once, then {flood.REFILL_PER_S:.0f} a second |",
        f"more than {CREDIT_LIMIT} at once; credits come back {CREDIT_REFILL_PER_S:.0f} a second",
        f"more than {INBOX_LIMIT:,} reactions wait",
        f"more than {GRACE_MS // 1000} s after the end",
        f"Clocks may differ by {SKEW_MS // 1000} s",
        f"at least every {STILL_HERE_MS // 1000} s",
        f"| frames of one message | {FRAGMENTS_LIMIT} |",
        f"| commands that wait for an earlier one of their connection | {BACKLOG_LIMIT} |",
        f"({SHARED_LIMIT} on a server without shared frames)",
        f"| frames for this connection alone | {TOLD_LIMIT} |",
        f"| connections of one sign-in | {CONNECTIONS_PER_SIGN_IN} |",
        f"oldest first, at most {LAST_MESSAGES}",
    ]
    assert [words for words in said if words not in PROSE] == []
