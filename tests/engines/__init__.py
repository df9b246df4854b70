"""The real engines that the suite runs against: Redis, PostgreSQL, an SMTP server and a browser, all on loopback."""

from importlib.util import find_spec
from pathlib import Path


class EngineMissing(Exception):
    """An engine cannot be had on this machine. The message says why and what to do; it is never a skip."""


def package_folder(package: str) -> Path:
    """Where an installed package lies, without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EngineMissing(f"The test libraries are not all installed: {package} is not here")
    return Path(spec.origin).parent
