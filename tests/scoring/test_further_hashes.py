"""Further hashes of a config through the scoring use case, over photos kept before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.further_hash import further_hashes
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Score, Shown, Signal, Unavailable
from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.further_hashes import KeptFurtherHashes
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.references import PhotoFile, load_references
from infringement_dagster.scoring.score_listings import score_listings
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from tests.support.kept_photos import keep_photo
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product

PLAIN = ClientConfig(1, (Brand("Veldora"),), {}, key_points="never")
NAMES = ("whash", "average_hash_16", "crop_resistant_hash", "phash")
NAMING = replace(PLAIN, further_hashes=further_hashes(NAMES))
COPY, OTHER = encoded(product(1), quality=60), encoded(product(40))


@pytest.fixture
def scored_under(database: Database, tmp_path: Path) -> Scoring:
    return Scoring(database, ObjectStore(str(tmp_path)))


class Scoring:
    """A client with references and two listings, all kept without further hashes."""

    def __init__(self, database: Database, objects: ObjectStore) -> None:
        self.database, self.objects = database, objects
        add_client(database, "acme", "Acme")
        with BlockingDecoder() as decoder:
            files = [PhotoFile(f"{seed}.jpg", encoded(product(seed))) for seed in (1, 2, 3)]
            Intake(database, objects, decoder).add("acme", files)
        self.photos = {
            name: [keep_photo(database, objects, content, listing_id=name)]
            for name, content in (("copy", COPY), ("other", OTHER))
        }

    def __call__(self, config: ClientConfig) -> Mapping[str, Score]:
        listings = [
            Listing("ebay", photo, "steel mug", "https://x.example/") for photo in self.photos
        ]
        with BlockingDecoder() as decoder:
            further = KeptFurtherHashes(
                self.database, self.objects, decoder, "acme", config.further_hashes
            )
            references: Sequence[Reference] = load_references(self.database, "acme")
            scorer = Scorer(config, further.of_references(references))
            key_points = KeyPoints(self.objects, decoder, "acme")
            scan = scan_context(scorer.reader, listings)
            shown = further.of_photos(self.photos)
            scored, failed = score_listings(scorer, key_points, scan, listings, shown, {})
        assert failed == []
        return scored


def signal(score: Score, name: str) -> Signal:
    return next(signal for signal in score.signals if signal.name == name)


def test_each_hash_is_a_signal_with_its_distance_and_what_it_compared(
    scored_under: Scoring,
) -> None:
    scored = scored_under(NAMING)
    for name in NAMES:
        near, far = signal(scored["copy"], name), signal(scored["other"], name)
        assert not isinstance(near.value, Unavailable)
        assert not isinstance(far.value, Unavailable)
        assert near.value > far.value
        assert near.contribution > 0
        assert isinstance(near.basis, Shown)
        assert near.basis.photo_id == sha256_hex(COPY)
        assert near.basis.reference_sha256 == sha256_hex(encoded(product(1)))
    assert " of 64 bits (0." in signal(scored["copy"], "whash").explanation
    assert " of 256 bits (0." in signal(scored["copy"], "average_hash_16").explanation
    assert " of 1 by segments" in signal(scored["copy"], "crop_resistant_hash").explanation


def test_without_further_hashes_nothing_changes(scored_under: Scoring) -> None:
    plain, naming = scored_under(PLAIN), scored_under(NAMING)
    assert plain["copy"].signals == tuple(
        replace(item, contribution=signal(plain["copy"], item.name).contribution)
        for item in naming["copy"].signals
        if item.name not in NAMES
    )
    assert plain == scored_under(PLAIN)


def test_weights_make_a_hash_count_and_silence_it(scored_under: Scoring) -> None:
    plain = scored_under(PLAIN)["copy"].probability
    hint = scored_under(NAMING)["copy"].probability
    strong = scored_under(replace(NAMING, weights={"phash": 10.0}))["copy"].probability
    silent = scored_under(replace(NAMING, weights=dict.fromkeys(NAMES, 0.0)))["copy"].probability
    assert plain == silent < hint < strong


def test_a_client_without_references_is_told_so(scored_under: Scoring) -> None:
    score = Scorer(NAMING, ()).score(Listing("ebay", "1", "mug", "https://x.example/"), ())
    value = signal(score, "whash").value
    assert value == Unavailable("no reference of the client has a whash")
