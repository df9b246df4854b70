"""The page for the next developer: every path and name in it exists, and every folder has its row."""

import ast
import re
from functools import cache

import pytest

from tests.imports import ROOT, modules
from tests.test_imports import WALLS, home_of

HOUSE = (ROOT / "server" / "HOUSE.md").read_text()
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")
NAMED = re.compile(r"`((?:[\w-]+/)+\w+\.py)` · `([\w.]+)`")
OF = re.compile(r"`(\w+)`\s(?:of|in)\s`((?:[\w-]+/)+\w+\.py)`")
WALK = re.compile(r"^### (.+)\n\n((?:\d+\. .*\n(?:   .*\n)*)+)", re.MULTILINE)
WALKED = {"A reaction", "A registration", "A survey answer", "A WHIP offer"}
MOST_CLIMBS = 2


@cache
def names_in(path: str) -> set[str]:
    """The functions, classes, methods (`Class.method`) and constants of a module, and whatever it imports by name."""
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        match node:
            case ast.ClassDef(name=holder, body=body):
                members = [each for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
                found |= {holder, *(f"{holder}.{each.name}" for each in members)}
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {each.id for each in targets if isinstance(each, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return found


def walks() -> dict[str, list[str]]:
    """Each walk from a browser to a row, by its title: its numbered lines."""
    return {title: re.split(r"^\d+\. ", lines, flags=re.MULTILINE)[1:] for title, lines in WALK.findall(HOUSE)}


def test_every_path_exists() -> None:
    missing = [path for path in PATH.findall(HOUSE) if not (ROOT / path).exists()]
    assert not missing


def test_every_name_stands_in_its_module() -> None:
    named = [*NAMED.findall(HOUSE), *((path, name) for name, path in OF.findall(HOUSE))]
    assert len(named) > 10
    assert not [(path, name) for path, name in named if name not in names_in(path)]


def test_every_folder_has_its_row() -> None:
    rows = set(re.findall(r"^\| `([\w/]+)/` \|", HOUSE, re.MULTILINE))
    assert rows == {folder.replace(".", "/") for folder in WALLS}


def test_four_walks_lead_from_a_browser_to_a_row() -> None:
    assert walks().keys() == WALKED


@pytest.mark.parametrize("title", sorted(WALKED))
def test_a_walk_marks_each_climb_and_climbs_no_more_than_twice(title: str) -> None:
    order = {folder: n for n, folder in enumerate(WALLS)}
    homes = {str(path.relative_to(ROOT)): order[home_of(module)] for module, path in modules("rooms", "server").items()}
    height, climbs = None, 0
    for line in walks()[title]:
        [path, *_] = [path for path in PATH.findall(line) if path in homes] or [None]
        if path is None:
            continue
        # A request reaches its page through the middleware that stands around it: no call leads back up there.
        is_climb = height is not None and homes[path] > height and "server/pages" not in path
        assert line.startswith("↑") == is_climb, line
        climbs += is_climb
        height = homes[path]
    assert climbs <= MOST_CLIMBS
