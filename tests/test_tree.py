"""The tree itself: the names at its root, texts that no file may contain, and what has to be documented."""

import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from server.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
AT_THE_ROOT = {
    "server",
    "rooms",
    "static",
    "templates",
    "loadtests",
    "tests",
    "docker-compose.yml",
    "pyproject.toml",
    "README.md",
    "Makefile",
    "LICENSE",
    "CHANGELOG.md",
    "package.json",
    "package-lock.json",
    "requirements.lock",
}
"""The names at the root, besides names that begin with a dot."""

INDEX = re.compile(
    r"(pypi|pythonhosted|npmjs|yarnpkg|debian)\.(org|com|net)|--(extra-)?index-url|--find-links|\bregistry\s*=",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+|opt/\w+)/")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SLEEP = re.compile(r"\bsleep\((?!0\))|\bwait_for_timeout\(")
"""A sleep of no time only lets others run."""
THIS = "tests/test_tree.py"
WAITING = "tests/waiting.py"
ASSET_LIMIT_BYTES = 300_000


@cache
def tracked() -> list[str]:
    """The files of the tree: those that git tracks, and new ones that it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted({name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()})


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Each line of the tree's text files that contains the pattern, with its file and number."""
    found = []
    for name in tracked():
        if name == THIS:
            continue
        try:
            text = (ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{name}:{n}: {line}" for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
    return found


def test_the_root_holds_what_the_layout_names_and_no_more() -> None:
    roots = {name.partition("/")[0] for name in tracked()}
    assert {name for name in roots if not name.startswith(".")} <= AT_THE_ROOT


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(INDEX, id="the address of a package index"),
        pytest.param(MACHINE, id="a path of one machine"),
        pytest.param(UNFINISHED, id="work left for later"),
    ],
)
def test_no_file_holds(pattern: re.Pattern[str]) -> None:
    assert not lines_with(pattern)


def test_tests_wait_for_what_they_hope_for_and_never_sleep() -> None:
    sleeps = [line for line in lines_with(SLEEP) if line.startswith("tests/") and not line.startswith(f"{WAITING}:")]
    assert not sleeps, "\n".join([f"wait for a condition instead, by {WAITING}:", *sleeps])


def test_no_file_is_a_generated_asset() -> None:
    locks = {"requirements.lock", "package-lock.json"}
    large = {name for name in tracked() if (ROOT / name).stat().st_size > ASSET_LIMIT_BYTES}
    assert large <= locks


def test_the_npm_lock_names_versions_and_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    libraries = {name: package for name, package in packages.items() if name}
    assert all("integrity" in package for package in libraries.values())
    assert not [name for name, package in libraries.items() if "resolved" in package]


def test_every_python_library_is_locked_with_its_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
        *(line for group in project["dependency-groups"].values() for line in group),
    ]
    lock = (ROOT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([\w.-]+)==\S+.*\\\n    --hash=sha256:", lock, re.MULTILINE))
    missing = {canonicalize_name(Requirement(line).name) for line in wanted} - locked
    assert not missing, f"not in requirements.lock: {sorted(missing)}. Run make lock."


def test_every_setting_is_documented() -> None:
    readme = (ROOT / "README.md").read_text()
    names = {str(field.validation_alias or f"PLENARY_{name.upper()}") for name, field in Settings.model_fields.items()}
    documented = set(re.findall(r"`(PLENARY_\w+|DATABASE_URL|REDIS_URL)`", readme))
    assert documented == names


def test_every_command_of_make_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    targets = set(re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE))
    assert set(phony.split()) == targets
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"demo", "test", "soak", "lint", "lock", "picture", "clean"} <= set(re.findall(r"make (\S+)", listed))
