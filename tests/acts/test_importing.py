"""A list of people: every column, every spelling that spreadsheets write, and every mistake by its line."""

import pytest

from server.acts.importing import COLUMNS, ListUnreadable, read_people
from server.models import Event
from tests.factory import Factory


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


async def test_every_column_is_read(event: Event) -> None:
    values = {
        "name": "Amina Okafor",
        "email": "Amina@Example.org",
        "organisation": "A hospital trust",
        "sector": "NHS",
        "place": "Basildon",
        "job_role": "Nurse",
        "captions": "yes",
        "transcript": "no",
        "interpreter": "X",
        "calm": "TRUE",
        "directory": "",
        "access_note": "I lip-read, please face me",
        "source": "A colleague",
    }
    assert set(values) == set(COLUMNS)
    line = ",".join(f'"{value}"' for value in values.values())
    (person,), wrong = read_people(f"{','.join(values)}\n{line}\n".encode(), event)
    assert wrong == []
    assert (person.email, person.details().interpreter, person.details().transcript) == (
        "amina@example.org",
        True,
        False,
    )
    assert person.access_note == values["access_note"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfname,email\r\nAmina,amina@example.org\r\n",
        b"Email;Name\nAMINA@example.org;Amina\n",
        b"email\tname\namina@example.org\tAmina\n\n\n",
        b'"Name","Email"\n" Amina "," amina@example.org "\n,\n',
    ],
)
async def test_what_spreadsheets_write_is_understood(event: Event, content: bytes) -> None:
    people, wrong = read_people(content, event)
    assert wrong == []
    assert [(person.name, person.email) for person in people] == [("Amina", "amina@example.org")]


async def test_everything_that_is_wrong_is_said_by_line(event: Event) -> None:
    content = (
        b"name,email,sector,captions\n"
        b"Amina,amina@example.org,NHS,yes\n"
        b",nobody@example.org,,\n"
        b"Ben,ben,Pirates,perhaps\n"
        b"Amina again,AMINA@example.org,NHS,\n"
    )
    _, wrong = read_people(content, event)
    assert [(each.line, each.column) for each in wrong] == [
        (3, "name"),
        (4, "sector"),
        (4, "captions"),
        (4, "email"),
        (5, "email"),
    ]
    assert "line 2" in str(wrong[-1])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "missing"),
        (b"Amina,amina@example.org\n", "missing"),
        (b"name,e-mail address\n", "missing"),
        (b"name,email,shoe size\n", "shoe_size"),
        (b"name,email,name\n", "twice"),
        ("name,email\nÉmile,e@example.org\n".encode("latin-1"), "UTF-8"),
        (b'name,email\n"Amina,amina@example.org\n', "not CSV"),
        (b"\x00\x01\x02", "missing"),
        (b"PK\x03\x04\xff", "UTF-8"),
    ],
)
async def test_a_file_that_is_no_list_says_what_to_do(event: Event, content: bytes, words: str) -> None:
    with pytest.raises(ListUnreadable, match=words):
        read_people(content, event)
