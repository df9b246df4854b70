"""The real engines that the suite runs against: Redis, PostgreSQL, an SMTP server and a browser, all on loopback."""

from importlib.util import find_spec
from pathlib import Path


class EngineMissing(Exception):
    """Raised when an engine is not available on this machine. The text says why and what to do. It is never a skip."""


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EngineMissing(f"The test libraries are not all installed: {package} is missing")
    return Path(spec.origin).parent
