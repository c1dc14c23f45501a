"""When a bundle was made: stamps that hold, and those that do not, with openssl's own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.evidence.signature import SUMS, new_signing_key
from infringement_dagster.evidence.time_stamp import (
    AUTHORITY,
    NO_STAMP,
    STAMP,
    BadAuthority,
    Stamped,
    UnfitAnswer,
    Unstamped,
    checked_answer,
    read_authority,
    stamp_request,
)
from tests.evidence.bundles import as_bundle, signed, two_captures
from tests.evidence.old_bundle import old_bundle
from tests.support.time_stamp_server import NEEDS_OPENSSL, SIGNER, LocalAuthority, local_authority

pytestmark = NEEDS_OPENSSL
KEY = new_signing_key()
SUMS_OF_TESTS = b"abc  file\n"


@pytest.fixture(scope="module")
def stamped(stamp_authority: LocalAuthority) -> dict[str, bytes]:
    files = signed(two_captures() | {AUTHORITY: stamp_authority.root.pem}, KEY)
    return files | {STAMP: stamp_authority.answer(stamp_request(files[SUMS]).as_bytes())}


def problems(files: dict[str, bytes], *named: LocalAuthority) -> dict[str, str]:
    certificates = [item for authority in named for item in authority.root.certificates]
    findings = verify_bundle(as_bundle(files), (), certificates).findings
    return {finding.part: finding.problem for finding in findings}


def test_a_stamped_bundle_says_when_and_by_whom(
    stamp_authority: LocalAuthority, stamped: dict[str, bytes]
) -> None:
    alone = verify_bundle(as_bundle(stamped))
    known = verify_bundle(as_bundle(stamped), (), stamp_authority.root.certificates)
    assert (alone.findings, known.findings) == ((), ())
    assert isinstance(alone.stamp, Stamped)
    assert isinstance(known.stamp, Stamped)
    assert (alone.stamp.is_trusted, known.stamp.is_trusted) == (False, True)
    assert known.stamp.authority == f"CN={SIGNER}"
    assert abs(datetime.now(UTC) - known.stamp.at) < timedelta(minutes=5)


def test_a_named_authority_accepts_no_other_and_no_missing_stamp(
    tmp_path: Path, stamp_authority: LocalAuthority, stamped: dict[str, bytes]
) -> None:
    other = local_authority(tmp_path)
    assert set(problems(stamped, other)) == {STAMP}
    assert problems(stamped, other, stamp_authority) == {}
    stripped = {name: file for name, file in stamped.items() if name != STAMP}
    assert problems(stripped) == {}
    assert "taken out" in problems(stripped, stamp_authority)[STAMP]


def test_a_stamp_of_other_files_does_not_hold(
    stamp_authority: LocalAuthority, stamped: dict[str, bytes]
) -> None:
    changed = signed(stamped | {"summary.html": b"another story"}, KEY)
    assert set(problems(changed)) == {STAMP}
    assert "Mismatch between messages" in problems(changed, stamp_authority)[STAMP]


@pytest.mark.parametrize("rubbish", [b"", b"<html>busy</html>", bytes(200)])
def test_rubbish_in_place_of_a_stamp_is_damage(stamped: dict[str, bytes], rubbish: bytes) -> None:
    assert set(problems(stamped | {STAMP: rubbish})) == {STAMP}


@pytest.mark.parametrize("pem", [b"", b"no certificate"])
def test_a_stamp_whose_authority_cannot_be_read_is_damage(
    stamped: dict[str, bytes], pem: bytes
) -> None:
    files = signed(stamped | {AUTHORITY: pem}, KEY)
    assert set(problems(files | {STAMP: stamped[STAMP]})) == {STAMP}
    with pytest.raises(BadAuthority):
        read_authority(pem)


def test_bundles_without_a_stamp_say_why() -> None:
    before = verify_bundle(old_bundle())
    assert before.findings == ()
    assert isinstance(before.stamp, Unstamped)
    told = signed(two_captures(), KEY) | {NO_STAMP: b"it was\x1b[2J down\n"}
    verified = verify_bundle(as_bundle(told))
    assert (verified.findings, verified.stamp) == ((), Unstamped("it was [2J down"))


def of_another_question(stamp_authority: LocalAuthority) -> bytes:
    return stamp_authority.answer(stamp_request(SUMS_OF_TESTS).as_bytes())


def of_another_digest(stamp_authority: LocalAuthority) -> bytes:
    return stamp_authority.answer(stamp_request(b"other sums").as_bytes())


def refused(_authority: LocalAuthority) -> bytes:
    return bytes.fromhex("3005 3003 020102")  # status 2, rejection, and nothing else


@pytest.mark.parametrize(
    ("answering", "told"),
    [
        (of_another_question, "Nonce"),
        (of_another_digest, "Nonce"),
        (refused, "refused with status 2"),
        (lambda _: b"<html>", "ASN.1"),
    ],
)
def test_answers_to_something_else_are_refused(
    stamp_authority: LocalAuthority, answering: Callable[[LocalAuthority], bytes], told: str
) -> None:
    asked = stamp_request(SUMS_OF_TESTS)
    with pytest.raises(UnfitAnswer, match=told):
        checked_answer(answering(stamp_authority), SUMS_OF_TESTS, stamp_authority.root, asked)


def test_a_certificate_that_had_expired_when_it_signed_is_refused(tmp_path: Path) -> None:
    expired = local_authority(tmp_path, days=(-60, -10))
    asked = stamp_request(SUMS_OF_TESTS)
    answer = expired.answer(asked.as_bytes())
    with pytest.raises(UnfitAnswer, match="expired"):
        checked_answer(answer, SUMS_OF_TESTS, expired.root, asked)


def test_openssl_checks_the_stamp_by_hand(tmp_path: Path, stamped: dict[str, bytes]) -> None:
    for name in (SUMS, STAMP, AUTHORITY):
        (tmp_path / name).write_bytes(stamped[name])
    command = f"openssl ts -verify -data {SUMS} -in {STAMP} -CAfile {AUTHORITY}".split()
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / SUMS).write_bytes(stamped[SUMS] + b"\n")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
