"""The wheel: its content, and that it works without the checkout. In the short form, the demo has short films."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from server.web.folders import NPM_SERVED
from tests.running_demo import clean_environment, running_demo

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"


def build(source: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Build the wheel of a tree with the build libraries that are installed here."""
    return subprocess.run(
        [UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", into, source],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stderr
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with an environment that holds the wheel and its libraries, and nothing of this checkout."""
    folder = tmp_path_factory.mktemp("elsewhere")
    python = folder / ".venv" / "bin" / "python"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / ".venv"], check=True)
    install = [UV, "pip", "install", "--quiet", "--link-mode=copy", "--python", python]
    subprocess.run([*install, "--constraints", ROOT / "requirements.lock", wheel], cwd=folder, check=True)
    return folder


def test_it_carries_what_a_browser_loads(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for served in NPM_SERVED:
        assert any(name.startswith(f"server/static/npm/{served}") for name in names), served
    assert "server/templates/layout.html" in names
    assert "server/static/css/app.css" in names


def test_it_carries_two_packages_and_nothing_else(wheel: Path) -> None:
    roots = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {root for root in roots if not root.endswith(".dist-info")} == {"server", "rooms"}


def test_it_is_not_built_without_the_browser_libraries(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for entry in ROOT.iterdir():
        if entry.name not in {"node_modules", ".venv", ".git"}:
            (bare / entry.name).symlink_to(entry)
    refused = build(bare, tmp_path / "dist")
    assert refused.returncode != 0
    assert "Run `npm ci`" in refused.stderr


def test_it_finds_its_files_without_the_checkout(elsewhere: Path) -> None:
    script = (
        "from server.web.folders import npm_file, static_dir, templates_dir;"
        "print(static_dir()); print(templates_dir()); print(npm_file('hls.js/dist/hls.min.mjs'))"
    )
    said = subprocess.run(
        [elsewhere / ".venv" / "bin" / "python", "-c", script],
        cwd=elsewhere,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert len(said) == 3
    assert all(Path(path).is_relative_to(elsewhere) and Path(path).exists() for path in said)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_it_opens_the_demo_and_uses_its_films_again_the_second_time(elsewhere: Path, soak: bool) -> None:
    plenary = elsewhere / ".venv" / "bin" / "plenary"
    if not soak:
        shorten_films(elsewhere)
    await open_and_end(plenary, elsewhere)
    made = films(elsewhere)
    assert made
    await open_and_end(plenary, elsewhere)
    assert films(elsewhere) == made


def shorten_films(folder: Path) -> None:
    """Let the installed demo show each card for a second, because films of full length take a minute to make."""
    [script] = (folder / ".venv").glob("lib/*/site-packages/server/demo/content/films.toml")
    shorter, changed = re.subn(r"(?m)^seconds_per_card = \d+$", "seconds_per_card = 1", script.read_text())
    assert changed == 1
    script.write_text(shorter)


def films(folder: Path) -> dict[Path, int]:
    """The time, in nanoseconds, at which each file of the demo's films was written."""
    return {path: path.stat().st_mtime_ns for path in (folder / "data").rglob("*.m4s")}


async def open_and_end(plenary: Path, folder: Path) -> None:
    """Run the demo once, and check that all its links answer."""
    async with running_demo(plenary, folder) as demo, httpx.AsyncClient() as client:
        for role, link in demo.links.items():
            assert (await client.get(link)).status_code == 200, role
