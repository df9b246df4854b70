"""Addresses that visitors send back to us: only a path of our own is followed."""

from urllib.parse import urlsplit


def local_path(text: str, otherwise: str) -> str:
    """A path on this server to go on to, or `otherwise` when the text is anything else (no open redirects)."""
    parts = urlsplit(text)
    is_ours = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if is_ours and not parts.netloc and text.isprintable() and text.isascii() else otherwise
