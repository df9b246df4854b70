"""One-time codes of an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 s). Pure: it is told the time."""

import hmac
from datetime import datetime

import pyotp
import segno

STEP_S = 30
SKEW = (0, -1, 1)
"""Steps beside the present one that are accepted: clocks differ and fingers are slow."""
ISSUER = "Plenary"


def new_secret() -> str:
    """160 random bits in Base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether this is a secret as `new_secret` makes it."""
    return len(text) == 32 and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that the code belongs to, or None when it is not valid now."""
    totp = pyotp.TOTP(secret, interval=STEP_S)
    present = int(now.timestamp()) // STEP_S
    for step in (present + skew for skew in SKEW):
        if hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None


def address(secret: str, email: str) -> str:
    """The otpauth address that authenticator apps read."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=email, issuer_name=ISSUER)


def drawing(text: str) -> str:
    """A QR code of it as inline SVG, black on white whatever the theme."""
    code = segno.make(text, error="m")
    return code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
