"""The table of OWASP ASVS 5.0: complete, and true about the tests and the sections that it names."""

import re

import pytest

from tests.imports import ROOT

PAGE = ROOT / "server" / "trust" / "ASVS.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (held|stated|does not apply|open): ([^|]+) \|$")
TEST = re.compile(r"`([^`:]+)::([^`]+)`")
REQUIREMENTS = """
1.1: 1/2 2/2
1.2: 1/1 2/1 3/1 4/1 5/1 6/2 7/2 8/2 9/2
1.3: 1/1 2/1 3/2 4/2 5/2 6/2 7/2 8/2 9/2 10/2 11/2
1.4: 1/2 2/2 3/2
1.5: 1/1 2/2
2.1: 1/1 2/2 3/2
2.2: 1/1 2/1 3/2
2.3: 1/1 2/2 3/2 4/2
2.4: 1/2
3.2: 1/1 2/1
3.3: 1/1 2/2 3/2 4/2
3.4: 1/1 2/1 3/2 4/2 5/2 6/2
3.5: 1/1 2/1 3/1 4/2 5/2
3.7: 1/2 2/2
4.1: 1/1 2/2 3/2
4.2: 1/2
4.3: 1/2 2/2
4.4: 1/1 2/2 3/2 4/2
5.1: 1/2
5.2: 1/1 2/1 3/2
5.3: 1/1 2/1
5.4: 1/2 2/2 3/2
6.1: 1/1 2/2 3/2
6.2: 1/1 2/1 3/1 4/1 5/1 6/1 7/1 8/1 9/2 10/2 11/2 12/2
6.3: 1/1 2/1 3/2 4/2
6.4: 1/1 2/1 3/2 4/2
6.5: 1/2 2/2 3/2 4/2 5/2
6.6: 1/2 2/2 3/2
6.8: 1/2 2/2 3/2 4/2
7.1: 1/2 2/2 3/2
7.2: 1/1 2/1 3/1 4/1
7.3: 1/2 2/2
7.4: 1/1 2/1 3/2 4/2 5/2
7.5: 1/2 2/2
7.6: 1/2 2/2
8.1: 1/1 2/2
8.2: 1/1 2/1 3/2
8.3: 1/1
8.4: 1/2
9.1: 1/1 2/1 3/1
9.2: 1/1 2/2 3/2 4/2
10.1: 1/2 2/2
10.2: 1/2 2/2
10.3: 1/2 2/2 3/2 4/2
10.4: 1/1 2/1 3/1 4/1 5/1 6/2 7/2 8/2 9/2 10/2 11/2
10.5: 1/2 2/2 3/2 4/2 5/2
10.6: 1/2 2/2
10.7: 1/2 2/2 3/2
11.1: 1/2 2/2
11.2: 1/2 2/2 3/2
11.3: 1/1 2/1 3/2
11.4: 1/1 2/2 3/2 4/2
11.5: 1/2
11.6: 1/2
12.1: 1/1 2/2 3/2
12.2: 1/1 2/1
12.3: 1/2 2/2 3/2 4/2
13.1: 1/2
13.2: 1/2 2/2 3/2 4/2 5/2
13.3: 1/2 2/2
13.4: 1/1 2/2 3/2 4/2 5/2
14.1: 1/2 2/2
14.2: 1/1 2/2 3/2 4/2
14.3: 1/1 2/2 3/2
15.1: 1/1 2/2 3/2
15.2: 1/1 2/2 3/2
15.3: 1/1 2/2 3/2 4/2 5/2 6/2 7/2
16.1: 1/2
16.2: 1/2 2/2 3/2 4/2 5/2
16.3: 1/2 2/2 3/2 4/2
16.4: 1/2 2/2 3/2
16.5: 1/2 2/2 3/2
17.1: 1/2
17.2: 1/2 2/2 3/2 4/2
17.3: 1/2 2/2
"""
"""The numbers of the requirements of levels 1 and 2, by section: number/level."""


def expected() -> list[tuple[str, str]]:
    """Each requirement as its number and its level, in order."""
    sections = (line.split(": ") for line in REQUIREMENTS.strip().splitlines())
    return [
        (f"{section}.{number}", level)
        for section, numbers in sections
        for number, level in (each.split("/") for each in numbers.split())
    ]


def rows() -> list[tuple[str, ...]]:
    """The number, level, words, verdict and reason of each row."""
    lines = [line for line in PAGE.read_text().splitlines() if re.match(r"\| \d", line)]
    found = [ROW.match(line) for line in lines]
    assert [line for line, row in zip(lines, found, strict=True) if row is None] == []
    return [row.groups() for row in found if row]


def test_every_requirement_of_levels_one_and_two_stands_there_once() -> None:
    assert [(number, level) for number, level, *_ in rows()] == expected()
    assert len(expected()) == 253


def test_every_row_has_a_verdict_with_its_reason() -> None:
    for number, _, words, verdict, reason in rows():
        assert len(words) > 2, number
        assert TEST.search(reason) if verdict == "held" else len(reason) >= 10, (number, reason)


@pytest.mark.parametrize("number", [number for number, _, _, verdict, _ in rows() if verdict == "held"])
def test_every_test_that_is_named_exists(number: str) -> None:
    [reason] = [row[4] for row in rows() if row[0] == number]
    for path, name in TEST.findall(reason):
        text = (ROOT / "tests" / path).read_text()
        assert name == "*" or f"def {name}(" in text, (number, path, name)


def test_every_section_that_is_named_exists() -> None:
    headings = {line.removeprefix("## ").lower() for line in PAGE.read_text().splitlines() if line.startswith("## ")}
    named = {reason.split("(#")[1].rstrip(")") for *_, verdict, reason in rows() if verdict == "stated"}
    assert {name.replace("-", " ") for name in named} <= headings
