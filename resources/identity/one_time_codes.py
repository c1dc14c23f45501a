"""Codes of an authenticator (RFC 6238) and the recovery codes for whoever loses it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pyotp
import segno

from resources.identity.credentials import token_hash

STEP_SECONDS = 30
CODE_DIGITS = 6
STEPS_OFF_MAX = 1  # a clock may be half a minute off, either way
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_RECOVERY_CHARS = 16  # 79 bits: a plain digest is enough
_ISSUER = "Infringement review"


def new_secret() -> str:
    """A fresh secret of 160 bits in base 32, as authenticators take it."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, at: datetime | None = None) -> int | None:
    """The time step, counted from 1970, whose code this is; None for a wrong or an old one."""
    totp = pyotp.TOTP(secret, digits=CODE_DIGITS, interval=STEP_SECONDS)
    now = at or datetime.now(UTC)
    given = _compact(code)
    for off in range(-STEPS_OFF_MAX, STEPS_OFF_MAX + 1):
        if secrets.compare_digest(totp.at(now, counter_offset=off).encode(), given.encode()):
            return int(now.timestamp()) // STEP_SECONDS + off
    return None


def enrolment_uri(secret: str, address: str, at: str) -> str:
    """The `otpauth:` address that an authenticator reads; `at` is the client, or "operator"."""
    totp = pyotp.TOTP(secret, digits=CODE_DIGITS, interval=STEP_SECONDS)
    return totp.provisioning_uri(name=f"{address} ({at})", issuer_name=_ISSUER)


def drawn(uri: str) -> str:
    """The address as a QR code in SVG, black on white, without styles or scripts."""
    return segno.make(uri, error="m").svg_inline(scale=4, border=4, light="#fff")


def new_recovery_codes() -> list[str]:
    """Fresh codes, each in four groups of four."""
    return [
        _grouped("".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_CHARS)))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_code_hash(code: str) -> bytes:
    """The digest of a recovery code that is stored, however its groups are typed."""
    return token_hash(_compact(code).lower())


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _compact(code: str) -> str:
    return "".join(character for character in code if character not in "- \t")
