"""One-time codes of an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 s). Pure: it is told the time."""

import base64
import hmac
from datetime import datetime

import pyotp
import segno

from server.models import Sealed
from server.rules import numbers
from server.trust.sealing import CannotOpen, seal, unseal

STEP_S = 30
SKEW = (0, -1, 1)
"""Steps around the present one whose codes are accepted: clocks differ and fingers are slow."""
DIGITS = 6
ISSUER = "Plenary"
PURPOSE = "authenticator"


def new_secret() -> str:
    """160 random bits in Base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """True for a secret of the form that `new_secret` makes."""
    return len(text) == 32 and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def as_shown(typed: str) -> str:
    """The code as an app shows it, in ASCII and without the blanks between its groups. Raises ValueError."""
    code = "".join(numbers.in_ascii(typed).split())
    if len(code) != DIGITS or not numbers.is_number(code):
        raise ValueError("Please type the six digits that your app shows.")
    return code


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step to which the code belongs; None for a code that is not valid now."""
    totp = pyotp.TOTP(secret, interval=STEP_S)
    present = int(now.timestamp()) // STEP_S
    for step in (present + skew for skew in SKEW):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def sealed(secret: bytes, authenticator: str) -> Sealed:
    """An authenticator's secret, sealed under the installation's `secret`."""
    return seal(secret, PURPOSE, base64.b32decode(authenticator))


def opened(secret: bytes, authenticator: Sealed | None) -> str | None:
    """An authenticator's secret; None when there is none, or the installation has another `secret` now."""
    if authenticator is None:
        return None
    try:
        return base64.b32encode(unseal(secret, PURPOSE, authenticator)).decode()
    except CannotOpen:
        return None


def address(secret: str, email: str) -> str:
    """The `otpauth:` address by which an authenticator app learns the secret."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=email, issuer_name=ISSUER)


def drawing(text: str) -> str:
    """The text as a QR code: inline SVG, black on white in every theme."""
    code = segno.make(text, error="m")
    return code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
