from __future__ import annotations

from pathlib import Path

import pytest

from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.references import PhotoFile
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import DescriptorAccess
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings import photo_bytes_store, photo_store
from tests.support.onboarding import add_client, save_config
from tests.support.onnx_models import kept_model
from tests.support.photos import encoded, product

CONTENT = encoded(product(1))
SHA256 = sha256_hex(CONTENT)
CONFIG = {
    "brands": [{"name": "Veldora"}],
    "searches": {"ebay": {"queries": ["veldora"]}},
    "further_hashes": ["whash"],
}


@pytest.fixture
def kept_with(database: Database, tmp_path: Path) -> KeptWith:
    add_client(database, "acme", "Acme")
    return KeptWith(database, ObjectStore(str(tmp_path / "objects")))


class KeptWith:
    """Takes in one reference and tells by what it can be compared before any scan."""

    def __init__(self, database: Database, objects: ObjectStore) -> None:
        self.database, self.objects = database, objects

    def __call__(self, access: DescriptorAccess) -> tuple[set[str], bool]:
        with BlockingDecoder() as decoder:
            intake = Intake(self.database, self.objects, decoder, access)
            assert intake.add("acme", [PhotoFile("a.jpg", CONTENT)]) == [SHA256]
        with self.database.client("acme") as c:
            hashes = photo_store.hashes_of(c, "acme", [SHA256])[SHA256]
            described = photo_bytes_store.bytes_of(c, "acme", "copy_descriptor", [SHA256])
        return {h.algorithm for h in hashes}, SHA256 in described


def test_a_reference_is_taken_in_with_all_that_the_newest_config_and_the_model_ask_for(
    kept_with: KeptWith, tmp_path: Path
) -> None:
    save_config(kept_with.database, "acme", CONFIG, "test")
    algorithms, is_described = kept_with(DescriptorAccess(kept_model(tmp_path)))
    assert {"pdq", "whash"} <= algorithms
    assert is_described


def test_a_client_without_a_config_or_a_model_keeps_its_references_all_the_same(
    kept_with: KeptWith, tmp_path: Path
) -> None:
    algorithms, is_described = kept_with(DescriptorAccess(tmp_path / "no such model.onnx"))
    assert "pdq" in algorithms
    assert "whash" not in algorithms
    assert not is_described
