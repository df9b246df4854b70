"""Addresses in requests: of those to go on to, only a path of this server is followed; and the sender's own."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.convertors import IntegerConvertor
from starlette.requests import HTTPConnection

from server.models import Event


class SmallNumber(IntegerConvertor):
    """The part of an address that is a number, of as many digits as each integer column holds."""

    regex = "[0-9]{1,9}"


def local_path(text: str, otherwise: str) -> str:
    """The text when it is a path on this server, else `otherwise`: no redirect leads elsewhere."""
    is_ours = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if is_ours and text.isprintable() and text.isascii() else otherwise


def path_inside(event: Event, path: str) -> str:
    """The path when it lies inside the event, else an empty string."""
    fits = path.startswith(f"/{event.slug}/") and len(path) <= 200 and "\\" not in path and ".." not in path
    return path if fits else ""


def sender_of(request: HTTPConnection) -> IPv4Address | IPv6Address | None:
    """The address from which the request comes; None when a proxy states one that is none.

    A zone (`%` and a name, RFC 4007) is left out: it may hold any text, and means nothing on another machine.
    """
    try:
        return ip_address(request.client.host.partition("%")[0]) if request.client else None
    except ValueError:
        return None
