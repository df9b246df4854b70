"""Addresses that visitors send back to us: only a path of our own is followed."""

from urllib.parse import urlsplit

from server.models import Event


def local_path(text: str, otherwise: str) -> str:
    """A path on this server to go on to, or `otherwise` when the text is anything else (no open redirects)."""
    parts = urlsplit(text)
    is_ours = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if is_ours and not parts.netloc and text.isprintable() and text.isascii() else otherwise


def path_inside(event: Event, path: str) -> str:
    """The path when it lies inside the event and nowhere else, else nothing."""
    fits = path.startswith(f"/{event.slug}/") and len(path) <= 200 and "\\" not in path and ".." not in path
    return path if fits else ""
