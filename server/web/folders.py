"""The folders of the browser's files: beside the packages in a checkout, inside `server` in a wheel."""

from functools import cache
from pathlib import Path, PurePosixPath

SERVER = Path(__file__).resolve().parent.parent

#: The files and whole folders of npm packages that are served to browsers, named as below `node_modules`.
#: The wheel carries exactly these.
NPM_SERVED = (
    "@fontsource-variable/source-sans-3/LICENSE",
    "@fontsource-variable/source-sans-3/files",
    "@fontsource-variable/source-sans-3/wght.css",
    "hls.js/LICENSE",
    "hls.js/dist/hls.min.mjs",
    "lucide-static/LICENSE",
    "lucide-static/icons",
    "tus-js-client/LICENSE",
    "tus-js-client/dist/tus.min.js",
)


@cache
def static_dir() -> Path:
    """The folder of stylesheets and scripts."""
    return _beside_or_inside("static")


@cache
def templates_dir() -> Path:
    """The folder of page templates."""
    return _beside_or_inside("templates")


def npm_file(name: str) -> Path:
    """The path of one file of an npm package, named as below `node_modules`: `hls.js/dist/hls.min.mjs`.

    Raises `LookupError` for a file that is not among `NPM_SERVED` or is not installed.
    """
    wanted = PurePosixPath(name)
    if ".." in wanted.parts or not any(wanted.is_relative_to(served) for served in NPM_SERVED):
        raise LookupError(f"{name} is not a file that Plenary serves")
    path = _npm_dir() / wanted
    if not path.is_file():
        raise LookupError(f"{name} is not installed")
    return path


@cache
def _npm_dir() -> Path:
    inside = SERVER / "static" / "npm"
    return inside if inside.is_dir() else SERVER.parent / "node_modules"


def _beside_or_inside(name: str) -> Path:
    inside = SERVER / name
    return inside if inside.is_dir() else SERVER.parent / name
