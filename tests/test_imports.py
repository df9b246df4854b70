"""Who may import whom: the house's inner walls."""

import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.imports import ROOT, Import, imports, modules, within

SERVER = [
    ("server.models", ("server.models",)),
    ("server.store", ("server.store", "server.models")),
    ("server.live", ("server.live", "server.store", "server.models")),
    ("server.pages", ("server.pages", "server.live", "server.store", "server.models")),
    ("server.routes", ("server.pages", "server.live", "server.store", "server.models")),
    ("server.app", ("server.routes", "server.pages", "server.live", "server.store", "server.models")),
]
"""Each layer, and the layers that it may import. What is in no layer (settings, errors, forms…) is open to all."""

LAYERS = [layer for layer, _ in SERVER] + ["server.commands"]

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
"""Rules and statistics: a function of what they are given."""


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


@pytest.mark.parametrize(("layer", "below"), SERVER, ids=[layer for layer, _ in SERVER])
def test_a_layer_imports_only_those_below_it(layer: str, below: tuple[str, ...]) -> None:
    wrong = [
        found
        for found in imports("server")
        if within(found.importer, layer) and within(found.name, *LAYERS) and not within(found.name, *below)
    ]
    assert not wrong, broken(wrong)


def test_models_import_nothing_else_of_ours() -> None:
    wrong = [
        found
        for found in imports("server/models")
        if within(found.name, "server", "rooms") and not within(found.name, "server.models")
    ]
    assert not wrong, broken(wrong)


def test_pages_do_not_import_pages() -> None:
    wrong = [found for found in imports("server/pages") if within(found.name, "server.pages")]
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
