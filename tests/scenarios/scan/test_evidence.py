"""The evidence of a real scan: every flagged case has a bundle that proves itself."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from infringement_dagster.domain.listing import Provider
from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.evidence.signature import new_signing_key
from infringement_dagster.flagging.seal_chain import check_chain, check_files
from infringement_dagster.reviewing.bundles import BundleMaker, plan_bundle
from resources.decoding.blocking import BlockingDecoder
from resources.postgres.cases import case_store
from resources.settings import PROJECT_DIR
from tests.support.installation import Installation

CLIENT = "kelvarra"
PROVIDER: Provider = "ebay"
FLIPS = 100
KEY = new_signing_key()


def bundles_of(installed: Installation) -> list[bytes]:
    with installed.database.client(CLIENT) as c:
        cases = case_store.list_cases(c, CLIENT, 1000)
        plans = [plan_bundle(c, CLIENT, case.case_id) for case in cases]
    with BlockingDecoder() as decoder:
        maker = BundleMaker(installed.objects, KEY, decoder)
        return [b"".join(maker.pieces(plan)) for plan in plans]


def test_every_flagged_case_verifies_and_random_bit_flips_are_found(
    kelvarra: Installation, tmp_path: Path
) -> None:
    assert kelvarra.execute(kelvarra.request(CLIENT, PROVIDER), PROVIDER).success
    bundles = bundles_of(kelvarra)
    assert bundles
    for bundle in bundles:
        verified = verify_bundle(bundle, [KEY.public.fingerprint])
        assert (verified.findings, verified.manifests) == ((), 1)
        assert b"answered_at" in bundle
        assert b"api_key" not in bundle
    assert list(check_chain(kelvarra.database, kelvarra.objects, CLIENT)) == []
    assert list(check_files(kelvarra.database, kelvarra.objects, CLIENT)) == []

    draw = random.Random(1)
    for _ in range(FLIPS):
        damaged = bytearray(draw.choice(bundles))
        bit = draw.randrange(len(damaged) * 8)
        damaged[bit // 8] ^= 1 << bit % 8
        assert verify_bundle(bytes(damaged)).findings, bit

    whole, broken = tmp_path / "whole.zip", tmp_path / "broken.zip"
    whole.write_bytes(bundles[0])
    broken.write_bytes(damaged)
    done = verify_without_anything_else(tmp_path, whole, broken)
    assert done.returncode == 1, done.stderr
    first, *others = done.stdout.splitlines()
    assert first.startswith(f"{whole}: intact")
    assert others
    assert all(line.startswith(f"{broken}: DAMAGED ") for line in others)
    assert list(tmp_path.glob("home*")) == []


def verify_without_anything_else(folder: Path, *bundles: Path) -> subprocess.CompletedProcess[str]:
    """`infringement evidence verify` where neither a database nor a store can be reached."""
    return subprocess.run(
        [sys.executable, "-m", "infringement_dagster.cli.app", "evidence", "verify", *bundles],
        cwd=folder,
        env={
            "PYTHONPATH": str(PROJECT_DIR),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "OBJECT_STORE_URL": "ftp://nowhere",
            "INFRINGEMENT_HOME": str(folder / "home"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
