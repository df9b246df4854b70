"""The walls between the folders: which of them may import which."""

import ast
import sys
import tomllib
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.imports import ROOT, Import, imports, modules, within

WALLS: dict[str, str] = {
    "rooms": "rooms.bus rooms.topics",
    "rooms.topics": "rooms.presence rooms.protocol rooms.reactions rooms.session",
    "rooms.bus": "rooms.reactions",
    "rooms.bus.redis": "rooms.bus rooms.meters",
    "rooms.playback": "rooms.errors",
    "rooms.media.rtc": "rooms.errors rooms.offers",
    "rooms.media.air": "rooms.durable rooms.media.rtc.h264 rooms.media.rtc.samples rooms.playback rooms.topics",
    "rooms.media.films": "rooms.durable rooms.playback",
    "rooms.media.recordings": "rooms.media.air rooms.media.films rooms.playback",
    "rooms.media": "rooms.control rooms.errors rooms.grants rooms.media.rtc rooms.media.air rooms.media.films "
    "rooms.media.recordings rooms.offers rooms.playback rooms.topics",
    "server.models": "",
    "server.rules": "rooms.playback",
    "server.surveys": "",
    "server.analytics": "rooms.protocol server.rules server.surveys",
    "server.analytics.export": "rooms.protocol server.analytics",
    "server.store.engine": "server.models",
    "server.store.migrations": "server.models server.store.engine.postgresql",
    "server.store.migrations.versions": "",
    "server.store": "rooms.attendance rooms.control rooms.outside rooms.playback rooms.reactions rooms.session "
    "rooms.topics server.analytics.export.records server.analytics.facts server.models server.rules "
    "server.store.engine server.surveys",
    "server.running": "rooms.durable server.models server.store.engine",
    "server.trust": "rooms.durable server.models server.rules server.settings server.store.engine",
    "server.web": "server.models server.rules server.settings server.store server.store.engine server.trust",
    "server.mail": "server.models server.rules server.settings server.store server.store.engine server.web",
    "server.media": "rooms.control rooms.errors rooms.grants rooms.offers server.running server.settings server.store "
    "server.store.engine",
    "server.playback": "rooms.errors rooms.playback rooms.session server.media server.models server.running "
    "server.settings server.store server.store.engine server.web",
    "server.recordings": "rooms.durable rooms.playback server.models server.playback server.rules server.running "
    "server.settings server.store server.store.engine",
    "server.acts": "rooms.control server.analytics.* server.mail server.media server.models server.playback "
    "server.recordings server.rules server.running server.settings server.store server.store.engine server.surveys "
    "server.trust server.web",
    "server.live": "rooms rooms.bus rooms.topics server.models server.rules server.store server.store.engine "
    "server.trust server.web",
    "server.pages": "rooms.control rooms.protocol server.acts server.analytics.* server.models server.playback "
    "server.recordings server.rules server.store server.store.engine server.surveys server.trust server.web",
    "server.pages.console": "rooms.control rooms.playback rooms.protocol rooms.topics server.acts server.analytics.* "
    "server.mail server.models server.playback server.recordings server.rules server.store server.web",
    "server.pages.machines": "rooms.control rooms.errors rooms.offers rooms.playback server.acts server.media "
    "server.models server.playback server.rules server.running server.store server.store.engine server.trust "
    "server.web",
    "server.demo": "rooms.playback rooms.protocol server.models server.rules server.settings server.store "
    "server.store.engine server.web",
    "server.commands": "rooms.bus.redis rooms.durable rooms.media server.*",
    "server": "rooms.bus.* server.*",
}
"""Each folder, and the other folders and modules that its modules may import.

An entry is a folder without its subfolders, a single module, or with `.*` a folder with all its subfolders. Modules of
one folder may import each other. A list names only folders that stand above its own in this table.
"""

DOORS = ("rooms", "server", "server.commands")
"""Folders that wire all others, so their lists may name any folder. Any list may name `server.settings`."""

PURE = (
    "rooms.playback.cuts",
    "rooms.playback.film_index",
    "rooms.playback.playlists",
    "rooms.playback.simulive",
    "rooms.playback.webvtt",
    "server.rules.lifecycles",
    "server.rules.permissions",
    "server.surveys.published",
    "server.surveys.scoring",
    "server.surveys.suppression",
)
"""Rules and statistics, which import only the standard library and each other."""


def broken(rule: list[Import]) -> str:
    return "\n".join(map(str, rule))


def test_the_rooms_know_no_framework_and_no_server() -> None:
    strangers = ("server", "sqlalchemy", "sqlmodel", "jinja2", "starlette")
    wrong = [
        found
        for found in imports("rooms")
        if within(found.name, *strangers)
        and not (found.importer == "rooms.media.worker" and within(found.name, "starlette"))
    ]
    assert not wrong, broken(wrong)


def test_the_media_process_is_imported_by_nobody_else() -> None:
    own = ("rooms.media", "server.commands.media")
    wrong = [found for found in imports("rooms", "server") if within(found.name, "rooms.media")]
    wrong = [found for found in wrong if not within(found.importer, *own)]
    assert not wrong, broken(wrong)


def test_only_the_media_process_touches_codecs() -> None:
    wrong = [found for found in imports("rooms", "server") if within(found.name, "av", "aiortc", "aioice")]
    wrong = [found for found in wrong if not within(found.importer, "rooms.media")]
    assert not wrong, broken(wrong)


def test_redis_has_one_importer() -> None:
    users = {found.importer for found in imports("rooms", "server") if within(found.name, "redis", "hiredis")}
    assert all(within(user, "rooms.bus.redis") for user in users)


def home_of(module: str) -> str:
    """The dotted name of a module's folder; that of a package is its own name."""
    path = modules("rooms", "server")[module]
    return module if path.stem == "__init__" else module.rpartition(".")[0]


def target_of(name: str) -> str | None:
    """The module of ours that an imported name is or belongs to; None for a name from elsewhere."""
    while name not in modules("rooms", "server"):
        name, _, _ = name.rpartition(".")
        if not name:
            return None
    return name


def may_enter(wall: str, target: str) -> bool:
    """True when an entry of a list names this module or its folder."""
    if wall.endswith(".*"):
        return within(target, wall.removesuffix(".*"))
    return wall in (target, home_of(target))


def test_every_folder_has_its_wall() -> None:
    assert {home_of(module) for module in modules("rooms", "server")} == set(WALLS)


@pytest.mark.parametrize("folder", WALLS)
def test_a_folder_enters_only_the_rooms_of_its_list(folder: str) -> None:
    walls = WALLS[folder].split()
    wrong = [
        found
        for found in imports(folder.partition(".")[0])
        if home_of(found.importer) == folder
        and (target := target_of(found.name)) is not None
        and home_of(target) != folder
        and not any(may_enter(wall, target) for wall in walls)
    ]
    assert not wrong, broken(wrong)


def test_no_arrow_runs_back_up() -> None:
    above = dict(zip(WALLS, range(len(WALLS)), strict=True))
    wrong = [
        (folder, wall)
        for folder, walls in WALLS.items()
        if folder not in DOORS
        for wall in walls.split()
        if wall != "server.settings" and above[home_of(target_of(wall.removesuffix(".*")) or "")] >= above[folder]
    ]
    assert not wrong


@pytest.mark.parametrize("folder", WALLS)
def test_no_list_names_a_room_that_its_folder_does_not_enter(folder: str) -> None:
    entered = {
        target
        for found in imports(folder.partition(".")[0])
        if home_of(found.importer) == folder and (target := target_of(found.name)) is not None
    }
    idle = [wall for wall in WALLS[folder].split() if not any(may_enter(wall, target) for target in entered)]
    assert not idle, f"{folder} no longer enters {idle}: shorten its list"


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {module: set() for module in modules("rooms", "server")}
    for found in imports("rooms", "server"):
        target = target_of(found.name)
        if target is not None and target != found.importer:
            graph[found.importer].add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_pages_do_not_import_pages() -> None:
    wings = ("server.pages.console", "server.pages.machines")
    wrong = [
        found for found in imports("server/pages") if within(found.name, "server.pages") and found.importer not in wings
    ]
    assert not wrong, broken(wrong)


def test_a_page_knows_of_live_things_only_how_to_announce_them() -> None:
    wrong = [
        found
        for found in imports("server/pages")
        if within(found.name, "server.live") and not within(found.name, "server.live.announce")
    ]
    assert not wrong, broken(wrong)


def test_load_tests_meet_the_system_over_the_network() -> None:
    wrong = [found for found in imports("loadtests") if within(found.name, "server", "rooms")]
    assert not wrong, broken(wrong)


@pytest.mark.parametrize("pure", PURE)
def test_a_pure_module_imports_the_standard_library(pure: str) -> None:
    assert pure in modules("rooms", "server"), f"{pure} is no longer there: mend the list"
    wrong = [
        found
        for found in imports(pure.partition(".")[0])
        if found.importer == pure
        and found.name.partition(".")[0] not in sys.stdlib_module_names
        and not within(found.name, *PURE, "rooms.errors", "server.web.errors")
        and not (found.lazy and within(found.name, "scipy"))
    ]
    assert not wrong, broken(wrong)


def test_a_public_class_name_stands_once() -> None:
    homes = defaultdict(list)
    for module, path in modules("rooms", "server").items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(module)
    assert not {name: found for name, found in homes.items() if len(found) > 1}


def test_statistics_are_imported_only_when_they_are_needed() -> None:
    wrong = [found for found in imports("rooms", "server") if within(found.name, "scipy") and not found.lazy]
    assert not wrong, broken(wrong)


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    homes = packages_distributions()
    strangers = {
        found.name.partition(".")[0]
        for found in imports("rooms", "server")
        if not within(found.name, "rooms", "server", *sys.stdlib_module_names)
    }
    homeless = {
        name
        for name in strangers
        if not declared & {canonicalize_name(distribution) for distribution in homes.get(name, [])}
    }
    assert not homeless, f"not among the dependencies in pyproject.toml: {sorted(homeless)}"
