"""A copy descriptor at the gate, through the scoring use case over photos kept before it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Score, Shown
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.copy_descriptors import KeptDescriptors
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.references import PhotoFile, load_references
from infringement_dagster.scoring.score_listings import score_listings
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import KEY_POINTS_MEMORY_BYTES, DecodingWorkers
from resources.descriptors.onnx_descriptor import DescriptorAccess, OnnxDescriptor
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings import photo_bytes_store
from tests.support.kept_photos import keep_photo
from tests.support.onboarding import add_client
from tests.support.onnx_models import cells_model, kept_model
from tests.support.photos import encoded, product

CONFIG = ClientConfig(1, (Brand("Veldora"),), {})
REFERENCES = range(1, 13)


def turned(seed: int) -> bytes:
    """Turned so far that no hash is near, and hardly where colours are."""
    return encoded(product(seed).rotate(7, fillcolor="white", resample=Image.Resampling.BICUBIC))


CONTENTS = {"copy": turned(4), "other": turned(40)}


class Client:
    """A client whose references and listings are kept, as before it had a model."""

    def __init__(self, database: Database, objects: ObjectStore) -> None:
        self.database, self.objects = database, objects
        add_client(database, "acme", "Acme")
        with BlockingDecoder() as decoder:
            files = [PhotoFile(f"{seed}.jpg", encoded(product(seed))) for seed in REFERENCES]
            Intake(database, objects, decoder).add("acme", files)
        self.photos = {
            name: [keep_photo(database, objects, content, listing_id=name)]
            for name, content in CONTENTS.items()
        }

    def scored(self, model: OnnxDescriptor | None, decoder: BlockingDecoder) -> Mapping[str, Score]:
        """Under titles without the brand; no corner points, so that the model alone can name."""
        kept = KeptDescriptors(self.database, self.objects, decoder, "acme", model)
        listings = [
            Listing("ebay", content, "steel mug", "https://x.example/") for content in CONTENTS
        ]
        scorer = Scorer(CONFIG, kept.of_references(load_references(self.database, "acme")))
        key_points = KeyPoints(self.objects, decoder, "acme")
        scan = scan_context(scorer.reader, listings)
        descriptors = kept.of_photos(self.photos)
        scored, failed = score_listings(
            scorer, key_points, scan, listings, self.photos, {}, descriptors
        )
        assert failed == []
        return scored

    def stored(self) -> dict[str, bytes]:
        """The descriptors in the rows of listings' photos and references."""
        everything = [*CONTENTS.values(), *(encoded(product(seed)) for seed in REFERENCES)]
        with self.database.client("acme") as c:
            return photo_bytes_store.bytes_of(
                c, "acme", "copy_descriptor", map(sha256_hex, everything)
            )


@pytest.fixture
def acme(database: Database, tmp_path: Path) -> Client:
    return Client(database, ObjectStore(str(tmp_path / "objects")))


def loaded(folder: Path, content: bytes | None = None) -> OnnxDescriptor:
    model = DescriptorAccess(kept_model(folder, content)).model()
    assert model is not None
    return model


def flagged(scored: Mapping[str, Score]) -> set[str]:
    return {key for key, score in scored.items() if should_flag(score, CONFIG.thresholds)}


def test_a_copy_that_no_other_look_names_comes_to_review(acme: Client, tmp_path: Path) -> None:
    with BlockingDecoder() as decoder:
        assert flagged(acme.scored(None, decoder)) == set()
        scored = acme.scored(loaded(tmp_path), decoder)
    assert flagged(scored) == {"copy"}
    basis = scored["copy"].basis_of("image_local")
    assert isinstance(basis, Shown)
    assert basis.reference_sha256 == sha256_hex(encoded(product(4)))


def test_descriptors_are_made_once_and_anew_for_another_model(acme: Client, tmp_path: Path) -> None:
    model = loaded(tmp_path)
    assert acme.stored() == {}
    with BlockingDecoder() as decoder:
        first = acme.scored(model, decoder)
    stored = acme.stored()
    assert len(stored) == len(REFERENCES) + len(CONTENTS)
    workers = DecodingWorkers(memory_bytes=KEY_POINTS_MEMORY_BYTES)
    with BlockingDecoder(workers) as decoder:
        assert acme.scored(model, decoder) == first
        assert workers.pids == frozenset()
    other = loaded(tmp_path, cells_model(factor=2.0))
    with BlockingDecoder() as decoder:
        again = acme.scored(other, decoder)
    assert {key: score.probability for key, score in again.items()} == pytest.approx(
        {key: score.probability for key, score in first.items()}, abs=1e-3
    )
    assert acme.stored().keys() == stored.keys()
    assert all(content != stored[sha256] for sha256, content in acme.stored().items())


def test_damaged_ones_are_made_anew(acme: Client, tmp_path: Path) -> None:
    model = loaded(tmp_path)
    with BlockingDecoder() as decoder:
        first = acme.scored(model, decoder)
    stored = acme.stored()
    with acme.database.client("acme") as c:
        photo_bytes_store.put_bytes(
            c, "acme", "copy_descriptor", dict.fromkeys(stored, b"\x00damaged")
        )
    with BlockingDecoder() as decoder:
        assert acme.scored(model, decoder) == first
    assert acme.stored() == stored


def test_a_photo_that_is_also_a_reference_keeps_both_ways(acme: Client, tmp_path: Path) -> None:
    model = loaded(tmp_path)
    reference = sha256_hex(encoded(product(4)))
    with BlockingDecoder() as decoder:
        kept = KeptDescriptors(acme.database, acme.objects, decoder, "acme", model)
        place = keep_photo(acme.database, acme.objects, encoded(product(4)), listing_id="copy")
        assert kept.of_photos({"copy": [place]})[reference].mirrored is None
        references = kept.of_references(load_references(acme.database, "acme"))
        assert all(
            reference.descriptor and reference.descriptor.mirrored is not None
            for reference in references
        )
        assert kept.of_photos({"copy": [place]})[reference].mirrored is not None


def test_descriptors_of_one_client_are_not_another_s(acme: Client, tmp_path: Path) -> None:
    with BlockingDecoder() as decoder:
        acme.scored(loaded(tmp_path), decoder)
    stored = acme.stored()
    add_client(acme.database, "other", "Other")
    with acme.database.client("other") as c:
        photo_bytes_store.put_bytes(c, "acme", "copy_descriptor", dict.fromkeys(stored, b"theirs"))
        assert photo_bytes_store.bytes_of(c, "acme", "copy_descriptor", stored) == {}
    assert acme.stored() == stored


def test_photos_whose_bytes_have_gone_are_scored_without(acme: Client, tmp_path: Path) -> None:
    elsewhere = ObjectStore(str(tmp_path / "elsewhere"))
    with BlockingDecoder() as decoder:
        kept = KeptDescriptors(acme.database, elsewhere, decoder, "acme", loaded(tmp_path))
        assert kept.of_photos(acme.photos) == {}
