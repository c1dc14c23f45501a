from __future__ import annotations

import random

from infringement_dagster.domain.photo import HashedPhoto, PerceptualHash
from infringement_dagster.matching.photos.hashes.hash_match import (
    QUERY_VIEWS,
    ReferenceHashes,
    similarity_of,
)
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from infringement_dagster.matching.photos.hashes.views import VIEWS

DRAW = random.Random(4)


def drawn(near: HashedPhoto | None = None) -> HashedPhoto:
    """A photo of which hashes are missing or of another version now and then."""
    known = {(h.algorithm, h.view): int(h.hash_hex, 16) for h in near.hashes} if near else {}
    hashes = []
    for algorithm in ALGORITHMS:
        version = algorithm.version if DRAW.random() < 0.8 else 99
        for view in VIEWS:
            bits = DRAW.getrandbits(algorithm.length_bits)
            for _ in range(3):  # one bit in eight differs from the near photo's
                bits &= DRAW.getrandbits(algorithm.length_bits)
            bits ^= known.get((algorithm.name, view), 0)
            shown = f"{bits:0{algorithm.length_bits // 4}x}"
            if DRAW.random() < 0.8:
                hashes.append(PerceptualHash(algorithm.name, version, view, shown))
    return HashedPhoto(400, 400, "image/jpeg", tuple(hashes))


def distances_bits(photo: HashedPhoto, reference: HashedPhoto) -> dict[str, int]:
    """The smallest distance by algorithm, counted pair by pair."""
    versions = {(algorithm.name, algorithm.version) for algorithm in ALGORITHMS}
    found: dict[str, int] = {}
    for own in photo.hashes:
        for other in reference.hashes:
            key = (own.algorithm, own.algorithm_version)
            if own.view not in QUERY_VIEWS or key not in versions:
                continue
            if key == (other.algorithm, other.algorithm_version):
                apart = (int(own.hash_hex, 16) ^ int(other.hash_hex, 16)).bit_count()
                found[own.algorithm] = min(apart, found.get(own.algorithm, apart))
    return found


def test_the_nearest_reference_is_the_one_that_pair_by_pair_finds() -> None:
    references = [drawn() for _ in range(30)]
    photos = [drawn(DRAW.choice(references)) for _ in range(200)]
    photos.append(HashedPhoto(400, 400, "image/jpeg", ()))
    found = ReferenceHashes(references).nearest_many(photos)
    assert found[-1] is None
    for photo, match in zip(photos, found, strict=True):
        distances = [distances_bits(photo, reference) for reference in references]
        if match is None:
            assert not any(distances)
            continue
        assert match.distance_bits == distances[match.reference]
        assert match.similarity == max(map(similarity_of, distances))
        assert match.similarity == similarity_of(match.distance_bits)
    assert len({match.reference for match in found if match is not None}) > 20


def test_photos_are_compared_alike_together_and_alone() -> None:
    hashes = ReferenceHashes([drawn() for _ in range(6)])
    photos = [drawn() for _ in range(50)]
    assert hashes.nearest_many(photos) == [hashes.nearest(photo) for photo in photos]
    assert ReferenceHashes([]).nearest_many(photos) == [None] * 50
