"""Whose a bundle is: signed ones, those of before, and forged ones that agree with themselves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infringement_dagster.evidence.bundle import sums_content, verify_bundle
from infringement_dagster.evidence.container import open_container
from infringement_dagster.evidence.documents import sha256_hex
from infringement_dagster.evidence.signature import (
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    BadKey,
    Signed,
    Unsigned,
    fingerprint_in,
    new_signing_key,
    read_public_key,
)
from tests.evidence.bundles import as_bundle, signed, two_captures
from tests.evidence.old_bundle import old_bundle

OURS, FORGER = new_signing_key(), new_signing_key()
OUR_FINGERPRINT = OURS.public.fingerprint


def found(files: dict[str, bytes], *trusted: str) -> set[str]:
    return {finding.part for finding in verify_bundle(as_bundle(files), trusted).findings}


def test_a_signed_bundle_is_known_by_the_key_that_the_verifier_names() -> None:
    bundle = as_bundle(signed(two_captures(), OURS))
    assert bundle == as_bundle(signed(two_captures(), OURS))
    known = verify_bundle(bundle, [FORGER.public.fingerprint, OUR_FINGERPRINT])
    assert (known.findings, known.signature) == ((), Signed(OUR_FINGERPRINT, is_trusted=True))


def test_without_a_named_key_the_signer_is_unknown() -> None:
    verified = verify_bundle(as_bundle(signed(two_captures(), OURS)))
    assert verified.signature == Signed(OUR_FINGERPRINT, is_trusted=False)
    assert verified.findings == ()


def test_a_bundle_of_before_is_intact_and_said_to_be_unsigned() -> None:
    verified = verify_bundle(old_bundle())
    assert (verified.findings, verified.signature) == ((), Unsigned())
    assert (verified.manifests, verified.links) == (1, 1)
    (finding,) = verify_bundle(old_bundle(), [OUR_FINGERPRINT]).findings
    assert finding.part == SIGNATURE
    assert OUR_FINGERPRINT in finding.problem
    damaged = old_bundle().replace(b"the old photo", b"the new photo")
    assert verify_bundle(damaged).findings


def test_a_forged_bundle_that_proves_itself_fails_where_the_key_is_named() -> None:
    forged = signed(two_captures(), FORGER)
    assert found(forged) == set()
    verified = verify_bundle(as_bundle(forged))
    assert verified.signature == Signed(FORGER.public.fingerprint, is_trusted=False)
    assert found(forged, OUR_FINGERPRINT) == {SIGNATURE}


@pytest.mark.parametrize("trusted", [(), (OUR_FINGERPRINT,)])
def test_our_signature_does_not_fit_what_others_have_changed(trusted: tuple[str, ...]) -> None:
    ours = signed(two_captures(), OURS)
    changed = ours | {"summary.html": b"<!doctype html>another story"}
    sums = {
        name: sha256_hex(item) for name, item in changed.items() if name not in {SUMS, SIGNATURE}
    }
    changed[SUMS] = sums_content(sums)
    assert found(changed, *trusted) == {SIGNATURE}


def without(*names: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def forge(files: dict[str, bytes]) -> dict[str, bytes]:
        left = {name: file for name, file in files.items() if name not in names}
        sums = {
            name: sha256_hex(item) for name, item in left.items() if name not in {SUMS, SIGNATURE}
        }
        return left | {SUMS: sums_content(sums)}

    return forge


def with_key(pem: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def forge(files: dict[str, bytes]) -> dict[str, bytes]:
        changed = files | {PUBLIC_KEY: pem}
        sums = {
            name: sha256_hex(item)
            for name, item in changed.items()
            if name not in {SUMS, SIGNATURE}
        }
        return changed | {SUMS: sums_content(sums)}

    return forge


RSA_KEY = (
    generate_private_key(65537, 2048)
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)


@pytest.mark.parametrize(
    ("forge", "part"),
    [
        (without(SIGNATURE), PUBLIC_KEY),
        (without(PUBLIC_KEY), SIGNATURE),
        (with_key(FORGER.public.pem), SIGNATURE),
        (with_key(RSA_KEY), PUBLIC_KEY),
        (with_key(b"no key"), PUBLIC_KEY),
        (lambda files: files | {SIGNATURE: b"short"}, SIGNATURE),
        (lambda files: files | {SIGNATURE: b""}, SIGNATURE),
    ],
)
def test_half_a_signature_or_a_broken_one_is_damage(
    forge: Callable[[dict[str, bytes]], dict[str, bytes]], part: str
) -> None:
    forged = forge(signed(two_captures(), OURS))
    assert found(forged) == {part}
    assert found(forged, OUR_FINGERPRINT) == {part}


def test_a_stripped_signature_leaves_a_bundle_that_no_named_key_accepts() -> None:
    stripped = without(SIGNATURE, PUBLIC_KEY)(signed(two_captures(), OURS))
    assert verify_bundle(as_bundle(stripped)).signature == Unsigned()
    assert found(stripped, OUR_FINGERPRINT) == {SIGNATURE}


def test_a_bundle_is_no_key_file_although_it_holds_a_key() -> None:
    forged = as_bundle(signed(two_captures(), FORGER))
    assert FORGER.public.pem in forged
    with pytest.raises(BadKey):
        read_public_key(forged)


def test_a_fingerprint_is_read_in_the_usual_spellings() -> None:
    plain = OUR_FINGERPRINT
    pairs = ":".join(plain[at : at + 2] for at in range(0, 64, 2)).upper()
    assert fingerprint_in(f" {pairs}\n") == plain
    assert fingerprint_in("key.pem") is None
    assert read_public_key(OURS.public.pem).fingerprint == plain


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_checks_the_signature_by_hand(tmp_path: Path) -> None:
    opened = open_container(as_bundle(signed(two_captures(), OURS))).files
    for name in (SUMS, SIGNATURE, PUBLIC_KEY):
        (tmp_path / name).write_bytes(opened[name])
    command = f"openssl pkeyutl -verify -pubin -inkey {PUBLIC_KEY} -rawin -in {SUMS}"
    checked = [*command.split(), "-sigfile", SIGNATURE]
    assert subprocess.run(checked, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / SUMS).write_bytes(opened[SUMS] + b"\n")
    assert subprocess.run(checked, cwd=tmp_path, capture_output=True, check=False).returncode != 0
