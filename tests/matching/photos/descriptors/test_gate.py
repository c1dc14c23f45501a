from __future__ import annotations

import numpy as np
import pytest

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.photos.descriptors.copy_descriptor import (
    CopyDescriptor,
    Vector,
    unit_vector,
    unpacked_descriptor,
)
from infringement_dagster.matching.photos.descriptors.gate import (
    COSINE_UNTOLD,
    FALSE_SHARE,
    REFERENCES_MIN,
    DescriptorGate,
)

VERSION = "0123456789abcdef"
LENGTH = 64


def drawn(count: int, seed: int = 5) -> list[Vector]:
    """Directions that have half of their length in common, as those of real models do."""
    rng = np.random.default_rng(seed)
    common = np.random.default_rng(1).normal(size=LENGTH)
    return [unit_vector(common + rng.normal(size=LENGTH)) for _ in range(count)]


def gate_of(vectors: list[Vector], seed: int = 9) -> DescriptorGate:
    mirrored = drawn(len(vectors), seed)
    both = [
        CopyDescriptor(VERSION, vector, other)
        for vector, other in zip(vectors, mirrored, strict=True)
    ]
    return DescriptorGate(list(enumerate(both)))


def near(vector: Vector, noise: float = 0.03) -> CopyDescriptor:
    moved = vector + np.random.default_rng(3).normal(size=LENGTH) * noise
    return CopyDescriptor(VERSION, unit_vector(moved))


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_few_unrelated_photos_are_named_however_many_references_there_are(count: int) -> None:
    gate = gate_of(drawn(count))
    photos = [CopyDescriptor(VERSION, item) for item in drawn(2000, seed=77)]
    share = sum(bool(gate.named(photo)) for photo in photos) / len(photos)
    assert share <= 4 * FALSE_SHARE


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_a_copy_is_named_first(count: int) -> None:
    vectors = drawn(count)
    named = gate_of(vectors).named(near(vectors[7]))
    assert [item.reference for item in named][:1] == [7]
    assert not named[0].is_mirrored
    assert len(named) <= 2


def test_a_copy_in_a_mirror_is_named_as_such() -> None:
    vectors, mirrored = drawn(50), drawn(50, seed=9)
    (first, *_) = gate_of(vectors).named(near(mirrored[4]))
    assert (first.reference, first.is_mirrored) == (4, True)


def test_references_that_show_the_same_thing_do_not_close_the_gate() -> None:
    plain, twins = drawn(40), drawn(20)
    doubled = [*plain, *(near(twin, 0.01).upright for twin in twins), *twins]
    assert gate_of(doubled).cosine_min < gate_of(drawn(80)).cosine_min + 0.1
    assert gate_of(doubled).named(near(twins[3]))


def test_with_too_few_references_the_published_cosine_counts() -> None:
    few = drawn(REFERENCES_MIN - 1)
    assert gate_of(few).cosine_min == COSINE_UNTOLD
    assert gate_of(few).named(near(few[2]))
    assert gate_of(drawn(REFERENCES_MIN)).cosine_min != COSINE_UNTOLD
    assert DescriptorGate([]).named(near(few[0])) == []


def test_another_model_s_descriptors_are_not_compared() -> None:
    vectors = drawn(20)
    gate = gate_of(vectors)
    assert gate.named(CopyDescriptor("f" * 16, vectors[1])) == []
    assert gate.named(None) == []


def test_descriptors_are_kept_as_they_are() -> None:
    one, other = drawn(2)
    kept = unpacked_descriptor(CopyDescriptor(VERSION, one, other).packed())
    assert kept.version == VERSION
    assert kept.mirrored is not None
    assert kept.upright @ one == pytest.approx(1.0, abs=1e-3)
    assert kept.mirrored @ other == pytest.approx(1.0, abs=1e-3)
    assert unpacked_descriptor(CopyDescriptor(VERSION, one).packed()).mirrored is None


@pytest.mark.parametrize("content", [b"", b"x" * 19, b"x" * 40, bytes(16) + b"\x00\x00\x02"])
def test_damaged_ones_are_refused(content: bytes) -> None:
    with pytest.raises(PermanentError, match="copy descriptor is damaged"):
        unpacked_descriptor(content)
