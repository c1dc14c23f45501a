from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from infringement_dagster.matching.photos.corners.gate import PhotoGate
from infringement_dagster.matching.photos.corners.match import match_points
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
    extract_points,
)
from tests.support.photos import encoded, product

OURS = product(31)
AT = 1  # of the reference that the copies show


def points(image: Image.Image) -> CornerPoints:
    found = extract_points(encoded(image))
    assert isinstance(found, CornerPoints)
    return found


def both_ways(image: Image.Image) -> BothWays:
    found = extract_both_ways(encoded(image))
    assert isinstance(found, BothWays)
    return found


def similarity(reference: BothWays, photo: CornerPoints, is_mirrored: bool) -> float:
    match = match_points(reference.mirrored if is_mirrored else reference.upright, photo)
    return 0.0 if match is None else match.similarity


def collage(ours: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (600, 600), "white")
    for at, item in enumerate([product(90), ours, product(91), product(92)]):
        sheet.paste(item.resize((300, 300)), (at % 2 * 300, at // 2 * 300))
    return sheet


def banner(ours: Image.Image) -> Image.Image:
    covered = ours.copy()
    draw = ImageDraw.Draw(covered)
    draw.rectangle((0, 380, 480, 480), fill="#c01818")
    draw.text((240, 430), "FREE SHIPPING TODAY", fill="white", anchor="mm", font_size=38)
    return covered


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "crop 20%": lambda ours: ours.crop((70, 20, 454, 404)),
    "mirror": ImageOps.mirror,
    "rotated": lambda ours: ours.rotate(35, expand=True, fillcolor="white"),
    "recoloured": lambda ours: ImageOps.colorize(ours.convert("L"), "#103060", "#f0e0c0"),
    "banner": banner,
    "collage": collage,
}
REFERENCES = [both_ways(product(seed)) for seed in range(30, 50)]
GATE = PhotoGate(REFERENCES)


@pytest.mark.parametrize("edit", EDITS)
def test_names_the_reference_that_an_edited_copy_shows(edit: str) -> None:
    photo = points(EDITS[edit](OURS))
    named = GATE.named(photo)
    assert named[0].reference == AT
    assert named[0].is_mirrored == (edit == "mirror")
    assert similarity(REFERENCES[AT], photo, edit == "mirror") > 0.7


def test_sees_nothing_in_other_products_among_few_and_among_many_references() -> None:
    others = [points(product(seed)) for seed in range(100, 115)]
    many = [both_ways(product(seed, 240)) for seed in range(200, 320)]
    for references in (REFERENCES, many):
        gate = PhotoGate(references)
        named = [(photo, item) for photo in others for item in gate.named(photo)]
        assert len(named) <= len(others) / 3
        for photo, entry in named:
            assert similarity(references[entry.reference], photo, entry.is_mirrored) < 0.1


def test_a_gate_without_references_or_points_names_nothing() -> None:
    blank = points(Image.new("RGB", (300, 300), "white"))
    assert len(blank) == 0
    assert PhotoGate([]).named(points(OURS)) == []
    assert GATE.named(blank) == []
    assert PhotoGate([BothWays(blank, blank)]).named(points(OURS)) == []


def test_a_shared_part_is_no_copy() -> None:
    """Another product with the same label: the gate names it, its pixels do not agree."""
    other = product(77)
    other.paste(OURS.crop((150, 150, 300, 300)), (150, 150))
    photo = points(other)
    assert [item.reference for item in GATE.named(photo)][:1] == [AT]
    match = match_points(REFERENCES[AT].upright, photo)
    assert match is not None
    assert match.overlay.agreeing_share < 0.6
    assert similarity(REFERENCES[AT], photo, is_mirrored=False) < 0.5


def test_each_part_of_a_photo_keeps_points_of_its_own() -> None:
    loud = Image.new("RGB", (480, 480), "white")
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 255, (240, 480, 3), np.uint8)
    loud.paste(Image.fromarray(noise), (0, 0))
    loud.paste(OURS.resize((240, 240)), (120, 240))
    below = points(loud).positions[:, 1] > 200
    assert below.sum() > 100
