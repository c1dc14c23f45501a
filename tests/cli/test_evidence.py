"""What `infringement evidence` says of whose a bundle is."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infringement_dagster.cli.cases.evidence import app
from infringement_dagster.evidence.signature import SUMS, BadKey, new_signing_key
from infringement_dagster.evidence.time_stamp import AUTHORITY, STAMP, BadAuthority, stamp_request
from tests.evidence.bundles import as_bundle, signed, two_captures
from tests.evidence.old_bundle import old_bundle
from tests.support.time_stamp_server import NEEDS_OPENSSL, SIGNER, local_authority

OURS = new_signing_key()
FINGERPRINT = OURS.public.fingerprint


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    path = tmp_path / "case.zip"
    path.write_bytes(as_bundle(signed(two_captures(), OURS)))
    return str(path)


def evidence(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_the_printed_key_is_the_one_that_the_installation_signs_with(
    monkeypatch: pytest.MonkeyPatch, bundle: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVIDENCE_SIGNING_KEY", OURS.private_pem.decode())
    printed = evidence("key")
    assert printed.stdout == OURS.public.pem.decode()
    (tmp_path / "their key.pem").write_text(printed.stdout)
    for key in (FINGERPRINT, FINGERPRINT.upper(), str(tmp_path / "their key.pem")):
        done = evidence("verify", "--key", key, bundle)
        assert done.exit_code == 0, done.stdout
        assert f"; signed by {FINGERPRINT}; no time stamp: " in done.stdout


def test_without_a_named_key_the_signer_is_said_to_be_unknown(bundle: str) -> None:
    done = evidence("verify", bundle)
    assert done.exit_code == 0
    assert f"signed by an unknown key, {FINGERPRINT}" in done.stdout


def test_another_key_than_the_named_one_is_damage(bundle: str) -> None:
    done = evidence("verify", "--key", "0" * 64, bundle)
    assert done.exit_code == 1
    assert f"DAMAGED SHA256SUMS.sig: is by the key {FINGERPRINT}, expected 000000" in done.stdout


def test_a_bundle_of_before_is_intact_and_unsigned_but_not_of_a_named_key(tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    path.write_bytes(old_bundle())
    done = evidence("verify", str(path))
    assert done.exit_code == 0
    assert "intact, 8 files, 1 manifests, 1 links; UNSIGNED" in done.stdout
    assert evidence("verify", "--key", FINGERPRINT, str(path)).exit_code == 1


def test_a_bundle_is_refused_as_the_key_that_it_should_be_checked_with(bundle: str) -> None:
    assert isinstance(evidence("verify", "--key", bundle, bundle).exception, BadKey)


@NEEDS_OPENSSL
def test_the_time_of_a_stamp_is_told_with_who_says_so(tmp_path: Path) -> None:
    authority = local_authority(tmp_path / "authority")
    files = signed(two_captures() | {AUTHORITY: authority.root.pem}, OURS)
    stamp = authority.answer(stamp_request(files[SUMS]).as_bytes())
    path = tmp_path / "stamped.zip"
    path.write_bytes(as_bundle(files | {STAMP: stamp}))
    unknown = evidence("verify", str(path))
    assert f"UTC by CN={SIGNER}, an authority that only the bundle names" in unknown.stdout
    known = evidence("verify", "--authority", str(authority.folder / "root.pem"), str(path))
    assert known.exit_code == 0
    assert known.stdout.endswith(f"UTC by CN={SIGNER}\n")
    other = local_authority(tmp_path / "other")
    done = evidence("verify", "--authority", str(other.folder / "root.pem"), str(path))
    assert done.exit_code == 1
    assert "DAMAGED SHA256SUMS.tsr" in done.stdout
    refused = evidence("verify", "--authority", str(path), str(path))
    assert isinstance(refused.exception, BadAuthority)
