"""Codes of an authenticator: the standard's own examples, clocks that are off, recovery codes."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from resources.identity.one_time_codes import (
    drawn,
    enrolment_uri,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_code_hash,
)

# The secret and, of its eight digits, the last six of RFC 6238's appendix B.
SECRET = b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(SECRET, code, at) == seconds // 30
    assert matching_step(SECRET, f"{code[:3]} {code[3:]}", at) == seconds // 30


def test_a_clock_may_be_a_step_off_and_no_more() -> None:
    now = datetime(2026, 11, 29, 12, 0, 10, tzinfo=UTC)
    step = int(now.timestamp()) // 30
    for off, found in ((-2, None), (-1, step - 1), (0, step), (1, step + 1), (2, None)):
        code = pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * off))
        assert matching_step(SECRET, code, now) == found


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "２８７０８２", "287082287082"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step(SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_secrets_and_recovery_codes_are_fresh_and_typed_in_any_way() -> None:
    assert new_secret() != new_secret()
    codes = new_recovery_codes()
    assert len({*codes, *new_recovery_codes()}) == 20
    typed = codes[0].replace("-", " ").upper()
    assert recovery_code_hash(typed) == recovery_code_hash(codes[0])


def test_the_drawing_holds_no_style_and_no_script() -> None:
    svg = drawn(enrolment_uri(SECRET, "ann@acme.example", "acme"))
    assert svg.startswith("<svg")
    assert "style" not in svg
    assert "script" not in svg
