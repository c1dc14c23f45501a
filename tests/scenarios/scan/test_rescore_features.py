"""A config and a model that need more of photos than what a scan before them kept."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.photo import KeptPhoto
from infringement_dagster.domain.score import Signal, Unavailable
from infringement_dagster.matching.photos.hashes.further import further_version, missing_from
from infringement_dagster.scoring.preview import preview_draft
from infringement_dagster.snapshots.photos import photos_of
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import DescriptorAccess
from resources.postgres.clients import client_store
from resources.postgres.listings import photo_bytes_store, photo_store
from resources.postgres.scans import snapshot_store
from tests.scenarios.scan.test_rescore import CLIENT, PROVIDER, applied, cases_of
from tests.support.installation import Installation, demo_client
from tests.support.onboarding import save_config
from tests.support.onnx_models import kept_model

CHANGES = {
    "further_hashes": ["whash", "average_hash_16"],
    "weights": {"average_hash_16": 10},
}


def signals_of(installed: Installation) -> list[Signal]:
    """Those of the further hashes in all cases."""
    return [
        signal
        for case in cases_of(installed)
        for signal in case.signals
        if signal.name in CHANGES["further_hashes"]
    ]


def made_of_references(installed: Installation) -> tuple[set[str], int]:
    """The further hashes and how many descriptors the references have."""
    with installed.database.client(CLIENT) as c:
        sha256s = [row.sha256 for row in client_store.reference_photos(c, CLIENT)]
        hashes = photo_store.hashes_of(c, CLIENT, sha256s)
        descriptors = photo_bytes_store.bytes_of(c, CLIENT, "copy_descriptor", sha256s)
    made = [
        h.algorithm
        for some in hashes.values()
        for h in some
        if h.algorithm_version == further_version()
    ]
    return set(made), len(descriptors)


def test_a_scan_makes_further_hashes_beside_ours(kelvarra: Installation) -> None:
    document = {**demo_client(CLIENT).config, **CHANGES}
    save_config(kelvarra.database, CLIENT, document, "tests")
    scan = kelvarra.request(CLIENT, PROVIDER)
    assert kelvarra.execute(scan, PROVIDER, ("raw_listings", "image_hashes")).success
    with kelvarra.database.client(CLIENT) as c:
        row = snapshot_store.scanned_snapshot(c, CLIENT, PROVIDER, "image_hashes")
    assert row is not None
    photos = photos_of(pl.read_parquet(io.BytesIO(kelvarra.objects.get(row.object_key))))
    hashed = [
        place.photo.hashed
        for places in photos.values()
        for place in places
        if isinstance(place.photo, KeptPhoto)
    ]
    assert hashed
    assert not any(missing_from(item.hashes, draft().further_hashes) for item in hashed)


def draft() -> ClientConfig:
    return read_client_config(CLIENT, 9, {**demo_client(CLIENT).config, **CHANGES})


def test_what_is_missing_is_made_by_a_preview_a_rescore_and_a_scan(
    kelvarra: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kelvarra.execute(kelvarra.request(CLIENT, PROVIDER), PROVIDER)
    assert signals_of(kelvarra) == []
    assert made_of_references(kelvarra) == (set(), 0)
    model = kept_model(tmp_path)

    with BlockingDecoder() as decoder:
        descriptor = DescriptorAccess(model).model()
        (preview,) = preview_draft(
            kelvarra.database, kelvarra.objects, decoder, CLIENT, draft(), descriptor
        )
    assert preview.flagged_after >= preview.flagged_before > 0
    assert made_of_references(kelvarra)[0] == {"whash", "average_hash_16"}
    assert signals_of(kelvarra) == []  # nothing but what photos lacked is kept

    monkeypatch.setenv("COPY_DESCRIPTOR_MODEL", str(model))
    applied(kelvarra, CHANGES)
    told = signals_of(kelvarra)
    assert {signal.name for signal in told} == {"whash", "average_hash_16"}
    values = [signal.value for signal in told if not isinstance(signal.value, Unavailable)]
    assert len(values) > len(told) / 2
    assert max(values) > 0
    assert made_of_references(kelvarra)[1] > 0

    monkeypatch.setenv("COPY_DESCRIPTOR_MODEL", str(tmp_path / "absent.onnx"))
    result = kelvarra.execute(kelvarra.request(CLIENT, PROVIDER), PROVIDER)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_key == "scores"
    assert "absent.onnx, which cannot be read" in str(failure.event_specific_data)
