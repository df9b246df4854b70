"""Static files: their paths, and their addresses, which change with their content."""

import hashlib
import json
import posixpath
import re
import time
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from server.web.folders import npm_file, static_dir

DIGEST_LENGTH = 12
NPM = "npm/"
MODULES = {"hls.js": "npm/hls.js/dist/hls.min.mjs"}
"""Bare module names that our modules import, and the asset that each stands for."""
IMPORT = re.compile(rb'@import\s+(?:url\()?"(?P<path>[^"]+)"\)?(?:\s+layer\((?P<layer>[\w.-]+)\))?\s*;')

MODULE_IMPORT = re.compile(r'^(?:import|\} from)\b[^"]*"(\.[^"]+)";$', re.MULTILINE)
"""A module's own imports, not those inside a function."""


def path_of(asset: str) -> Path | None:
    """The file of an asset (`css/app.css`, `npm/hls.js/dist/hls.min.mjs`), or None when there is none."""
    root = static_dir().resolve()
    try:
        if asset.startswith(NPM):
            return npm_file(asset.removeprefix(NPM))
        path = (root / asset).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (LookupError, OSError):  # the system raises for a name longer than any file's
        return None


def stylesheet(path: Path) -> bytes:
    """A stylesheet in which each import is replaced by the imported stylesheet, in the layer that the import names."""

    def inline(found: re.Match[bytes]) -> bytes:
        content = stylesheet(path.parent / found["path"].decode())
        return b"@layer %b {\n%b\n}" % (found["layer"], content) if found["layer"] else content

    return IMPORT.sub(inline, path.read_bytes())


def content_of(path: Path) -> bytes:
    """The bytes that are served for a file: a stylesheet comes with its imports in it."""
    return stylesheet(path) if path.suffix == ".css" else path.read_bytes()


@lru_cache(maxsize=1024)
def _digest(path: Path, _newest_change_ns: int) -> str:
    return hashlib.sha256(content_of(path)).hexdigest()[:DIGEST_LENGTH]


def digest(path: Path) -> str:
    """The first hex digits of the content's SHA-256; a stylesheet is read again when one in its folder has changed."""
    changed = [path, *(path.parent.rglob("*.css") if path.suffix == ".css" else ())]
    return _digest(path, max(file.stat().st_mtime_ns for file in changed))


def address(asset: str) -> str:
    """The address of an asset, which changes with its content. Raises FileNotFoundError when there is none."""
    return _address(asset, _second())


@lru_cache(maxsize=1024)
def _address(asset: str, _now_s: int) -> str:
    path = path_of(asset)
    if path is None:
        raise FileNotFoundError(asset)
    return _versioned(asset, path)


def _versioned(asset: str, path: Path) -> str:
    return f"/static/{asset}?v={digest(path)}"


def _second() -> int:
    """The present second: files are checked once in it, not for every page, which was half of a page's cost."""
    return int(time.monotonic())


def import_map(nonce: str) -> Markup:
    """The import map of all our scripts, so that a script that imports another gets its newest version."""
    return Markup('<script type="importmap" nonce="{}">{}</script>').format(nonce, _imports(_second()))


@lru_cache(maxsize=1)
def _imports(_now_s: int) -> Markup:
    root = static_dir()
    ours = {file.relative_to(root).as_posix(): file for file in sorted((root / "js").rglob("*.js"))}
    imports = {f"/static/{asset}": _versioned(asset, file) for asset, file in ours.items()}
    imports |= {name: address(asset) for name, asset in MODULES.items() if path_of(asset)}
    return Markup(json.dumps({"imports": imports}).replace("<", "\\u003c"))  # noqa: S704 - "<" is escaped


def preloads() -> Markup:
    """Links that fetch the first module of every page at once with all that it imports.

    Each of these would else be asked for only when the one that imports it has come.
    """
    return _preloads(_second())


@lru_cache(maxsize=1)
def _preloads(_now_s: int) -> Markup:
    link = Markup('<link rel="modulepreload" href="{}">')
    return Markup("").join(link.format(address(asset)) for asset in imported_by("js/app.js"))


def imported_by(module: str) -> list[str]:
    """A module of ours and all that it imports, as assets. Raises FileNotFoundError where one is not there."""
    found: list[str] = []
    waiting = [module]
    while waiting:
        asset = waiting.pop(0)
        if asset in found:
            continue
        found.append(asset)
        path = path_of(asset)
        if path is None:
            raise FileNotFoundError(asset)
        waiting += [posixpath.join(posixpath.dirname(asset), each) for each in MODULE_IMPORT.findall(path.read_text())]
        waiting = [posixpath.normpath(each) for each in waiting]
    return found


@lru_cache(maxsize=256)
def icon(name: str) -> Markup:
    """A Lucide icon as inline SVG, hidden from screen readers: its meaning stands in the words beside it.

    Raises LookupError when Lucide has no icon of that name.
    """
    path = npm_file(f"lucide-static/icons/{name}.svg")
    drawing = re.sub(r"<!--.*?-->|\s+class=\"[^\"]*\"", "", path.read_text(), flags=re.DOTALL).strip()
    return Markup(drawing.replace("<svg", '<svg class="icon" aria-hidden="true" focusable="false"', 1))  # noqa: S704 - a pinned library's own drawing
