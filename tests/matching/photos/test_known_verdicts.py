"""A kept verdict is the one that comparing anew gives, and holds for nothing that has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageOps

from infringement_dagster.cli.matching.drawn_edits.overprints import lettered
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos import known_verdicts
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
    extract_points,
)
from infringement_dagster.matching.photos.descriptors.copy_descriptor import (
    CopyDescriptor,
    unit_vector,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.known_verdicts import KnownVerdicts
from infringement_dagster.matching.photos.references import PhotoLook, ReferencePhotos
from infringement_dagster.matching.photos.verdict_document import verdict_from
from tests.support.photos import encoded, product

OURS = tuple(range(20, 24))  # seeds of the client's own photos


@cache
def photo(image: Callable[[], Image.Image]) -> Photo:
    content = encoded(image(), quality=80)
    points = extract_points(content)
    assert isinstance(points, CornerPoints)
    return Photo(image.__name__, hash_photo(content), points, described(20))


@cache
def reference(seed: int) -> Reference:
    content = encoded(product(seed))
    points = extract_both_ways(content)
    assert isinstance(points, BothWays)
    sha256 = f"reference {seed}"
    both = replace(described(seed), mirrored=described(-seed).upright)
    return Reference(f"id of {seed}", Photo(sha256, hash_photo(content)), "Veldora", points, both)


def described(seed: int, version: str = "0123456789abcdef") -> CopyDescriptor:
    values = np.random.default_rng(abs(seed)).normal(size=32) * np.sign(seed)
    return CopyDescriptor(version, unit_vector(values))


def a_copy() -> Image.Image:
    return product(20)


def a_crop() -> Image.Image:
    return product(21).crop((90, 40, 420, 430))


def a_mirrored_one() -> Image.Image:
    return ImageOps.mirror(product(22))


def a_negative() -> Image.Image:
    return ImageOps.invert(product(22))


def under_letters() -> Image.Image:
    return lettered(product(23), np.random.default_rng(1))


def two_of_ours() -> Image.Image:
    sheet = Image.new("RGB", (960, 480), "white")
    for at, seed in enumerate(OURS[:2]):
        sheet.paste(product(seed), (480 * at, 0))
    return sheet


def another_product() -> Image.Image:
    return product(77)


def a_plain_one() -> Image.Image:
    return Image.new("RGB", (480, 480), "white")


EDITS = (
    a_copy,
    a_crop,
    a_mirrored_one,
    a_negative,
    under_letters,
    two_of_ours,
    another_product,
    a_plain_one,
)
MISSED = Photo("https://x.example/1.jpg", MissedPhoto("not_found", "gone"))


def references(seeds: Sequence[int] = OURS) -> ReferencePhotos:
    return ReferencePhotos([reference(seed) for seed in seeds])


def shown() -> list[list[Photo]]:
    """Listings with one photo each, with several, with none and with missed ones."""
    each = [photo(edit) for edit in EDITS]
    without_points = replace(each[1], points=None)
    without_descriptor = replace(each[2], descriptor=None)
    several = [[each[1], MISSED, each[6]], [MISSED], [], [each[0], each[0], each[4]]]
    return [*([one] for one in each), *several, [without_points, without_descriptor]]


def kept_of(known: KnownVerdicts) -> KnownVerdicts:
    """The same once it was stored and read."""
    documents = known.documents()
    return KnownVerdicts(lambda keys: {key: documents[key] for key in keys if key in documents})


def test_looks_with_kept_verdicts_are_those_of_comparing_anew() -> None:
    known, anew = KnownVerdicts(), references().looks(shown())
    assert references().looks(shown(), known) == anew
    assert isinstance(photo(a_plain_one).hashed, MissedPhoto)
    assert known.made_count == len(EDITS) - 1 + 2  # what several listings show counts once
    kept = kept_of(known)
    again = references().looks(shown(), kept)
    assert kept.made_count == 0
    assert again == anew
    assert [repr(look) for look in again] == [repr(look) for look in anew]  # to the last digit
    assert kept.documents() == known.documents()
    assert varied(anew)


def varied(looks: Sequence[PhotoLook]) -> bool:
    """Whether all that a verdict may hold occurs."""
    found = repr(looks)
    wanted = ("Sighting(", "Overlay(", "is_mirrored=True", "is_negative=True", "Likeliest(")
    return all(word in found for word in wanted) and any(look.undecided for look in looks)


def known_of_all() -> KnownVerdicts:
    known = KnownVerdicts()
    references().looks([[photo(a_copy), photo(a_crop)]], known)
    return kept_of(known)


@pytest.mark.parametrize(
    "others",
    [OURS[:-1], (*OURS, 30), OURS[::-1], (*OURS[:-1], 31)],
    ids=["removed", "added", "in another order", "changed"],
)
def test_other_references_are_compared_anew(others: tuple[int, ...]) -> None:
    known = known_of_all()
    photos = [[photo(a_copy), photo(a_crop)]]
    assert references(others).looks(photos, known) == references(others).looks(photos)
    assert known.made_count == 2


def test_further_hashes_and_the_order_of_hashes_change_no_verdict() -> None:
    known, item = known_of_all(), photo(a_copy)
    assert isinstance(item.hashed, HashedPhoto)
    further = replace(item.hashed.hashes[0], algorithm="whash")
    hashes = (further, *item.hashed.hashes[::-1])
    other = replace(item, hashed=replace(item.hashed, hashes=hashes))
    assert references().looks([[other]], known) == references().looks([[item]])
    assert known.made_count == 0


def raised(item: Reference) -> Reference:
    assert item.points is not None
    upright = replace(item.points.upright, version=item.points.upright.version + 1)
    return replace(item, points=replace(item.points, upright=upright))


def rehashed(item: Photo) -> Photo:
    assert isinstance(item.hashed, HashedPhoto)
    newer = tuple(
        replace(h, algorithm_version=h.algorithm_version + 1) for h in item.hashed.hashes[:1]
    )
    return replace(item, hashed=replace(item.hashed, hashes=newer + item.hashed.hashes[1:]))


@pytest.mark.parametrize(
    "change",
    [
        raised,
        lambda item: replace(item, photo=rehashed(item.photo)),
        lambda item: replace(item, points=None),
        lambda item: replace(item, descriptor=None),
        lambda item: replace(item, descriptor=replace(item.descriptor, version="f" * 16)),
    ],
)
def test_a_reference_with_other_features_is_compared_anew(
    change: Callable[[Reference], Reference],
) -> None:
    known = known_of_all()
    first, *rest = (reference(seed) for seed in OURS)
    ReferencePhotos([change(first), *rest]).looks([[photo(a_copy)]], known)
    assert known.made_count == 1


@pytest.mark.parametrize(
    "change",
    [
        rehashed,
        lambda item: replace(item, points=None),
        lambda item: replace(item, points=replace(item.points, version=99)),
        lambda item: replace(item, points=photo(a_crop).points),
        lambda item: replace(item, descriptor=None),
        lambda item: replace(item, descriptor=described(20, "f" * 16)),
        lambda item: replace(item, photo_id="another"),
    ],
)
def test_a_photo_with_other_features_is_compared_anew(change: Callable[[Photo], Photo]) -> None:
    known = known_of_all()
    assert change(photo(a_copy)) != photo(a_copy)
    references().looks([[change(photo(a_copy)), photo(a_crop)]], known)
    assert known.made_count == 1


def test_another_way_to_compare_is_another_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    known = known_of_all()
    monkeypatch.setattr(known_verdicts, "VERDICT_VERSION", known_verdicts.VERDICT_VERSION + 1)
    references().looks([[photo(a_copy)]], known)
    assert known.made_count == 1


def test_brand_and_id_of_a_reference_change_no_verdict() -> None:
    known = known_of_all()
    others = [replace(reference(seed), brand=None, reference_id="new") for seed in OURS]
    ReferencePhotos(others).looks([[photo(a_copy)]], known)
    assert known.made_count == 0


def test_garbage_is_as_good_as_nothing() -> None:
    whole = KnownVerdicts()
    anew = references().looks([[photo(a_crop)]], whole)
    (key,), (document,) = whole.documents().keys(), whole.documents().values()
    assert verdict_from(document, len(OURS)) is not None
    assert verdict_from(document, 1) is None  # it names a reference that is not there
    garbage = ["", "{", "[]", "null", "7", '"x"', "[" * 5000, document[:-9], *spoilt(document)]
    assert len(garbage) > 30
    for item in garbage:
        assert verdict_from(item, len(OURS)) is None, item
        known = KnownVerdicts(lambda _, item=item: {key: item})  # type: ignore[misc]
        assert references().looks([[photo(a_crop)]], known) == anew
        assert known.made_count == 1


def spoilt(document: str) -> list[str]:
    """The document with each of its values in turn replaced by a text."""
    found: list[str] = []

    def spoil(value: object) -> None:
        places = (
            list(value)
            if isinstance(value, dict)
            else list(range(len(value)))
            if isinstance(value, list)
            else []
        )
        for place in places:
            assert isinstance(value, dict | list)
            kept = value[place]
            value[place] = "spoilt"
            found.append(json.dumps(whole))
            value[place] = kept
            spoil(kept)

    whole = json.loads(document)
    spoil(whole)
    return found
