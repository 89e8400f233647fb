"""Codes of an authenticator app: TOTP, RFC 6238, six digits, a new one every 30 seconds."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import pyotp
import segno
from pyotp.totp import TOTP

ISSUER: Final = "LeadFlow"
STEP_SECONDS: Final = 30
# RFC 6238, section 5.2: at most one step for the way, and one for clocks that differ.
TOLERATED_STEPS: Final = (-1, 0, 1)
SECRET_LENGTH: Final = 32  # base32 characters: the 160 bits of RFC 4226, section 4
PIXELS: Final = 5


def new_secret() -> str:
    """Return a new secret, base32."""
    return pyotp.random_base32(SECRET_LENGTH)


def provisioning_uri(secret: str, email: str) -> str:
    """Return what an app scans: an `otpauth:` address with the secret in it."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def qr_picture(uri: str) -> str:
    """Return a QR code as a `data:` address of an SVG, black on white."""
    return segno.make(uri, error="m").svg_data_uri(scale=PIXELS, dark="#000", light="#fff")


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that a code belongs to, the newest one, if it is near enough to now.

    Every step is compared, in constant time.
    """
    return max(_matching_steps(secret, code, int(now.timestamp()) // STEP_SECONDS), default=None)


def _matching_steps(secret: str, code: str, now_step: int) -> Iterator[int]:
    generator = TOTP(secret, interval=STEP_SECONDS)
    for offset in TOLERATED_STEPS:
        expected = generator.generate_otp(now_step + offset)
        if hmac.compare_digest(expected.encode(), code.encode(errors="surrogatepass")):
            yield now_step + offset
