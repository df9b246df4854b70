"""Addresses in requests, to go on to afterwards: only a path of this server is followed."""

from urllib.parse import urlsplit

from server.models import Event


def local_path(text: str, otherwise: str) -> str:
    """The text when it is a path on this server, else `otherwise`: no redirect leads elsewhere."""
    parts = urlsplit(text)
    is_ours = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if is_ours and not parts.netloc and text.isprintable() and text.isascii() else otherwise


def path_inside(event: Event, path: str) -> str:
    """The path when it lies inside the event, else an empty string."""
    fits = path.startswith(f"/{event.slug}/") and len(path) <= 200 and "\\" not in path and ".." not in path
    return path if fits else ""
