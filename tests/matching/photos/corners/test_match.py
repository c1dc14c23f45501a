from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from infringement_dagster.cli.matching.drawn_edits.overprints import lettered
from infringement_dagster.matching.photos.corners.mapping import Map, mapped, rescaled
from infringement_dagster.matching.photos.corners.match import (
    CornerMatch,
    as_sighting,
    laid_through_letters,
    match_points,
)
from infringement_dagster.matching.photos.corners.overlay import Overlay
from infringement_dagster.matching.photos.corners.points import CornerPoints, extract_points
from infringement_dagster.matching.photos.pair_match import described
from tests.support.photos import encoded, product

OURS = product(31)


def points(photo: Image.Image) -> CornerPoints:
    found = extract_points(encoded(photo))
    assert isinstance(found, CornerPoints)
    return found


REFERENCE = points(OURS)


def seen_in(photo: Image.Image) -> CornerMatch:
    match = match_points(REFERENCE, points(photo))
    assert match is not None
    return match


def from_aside(photo: Image.Image) -> Image.Image:
    corners = np.array([[0, 0], [480, 0], [480, 480], [0, 480]], np.float32)
    seen = np.array([[20, 50], [470, 0], [430, 480], [60, 400]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, seen)
    drawn = cv2.warpPerspective(np.asarray(photo), warp, (480, 480), borderValue=(200, 200, 200))
    return Image.fromarray(np.asarray(drawn, np.uint8))


def cut_out_on_a_scene(photo: Image.Image) -> Image.Image:
    scene = Image.linear_gradient("L").resize((560, 560)).rotate(90).convert("RGB")
    shown = (np.asarray(photo).min(axis=2) < 243).astype(np.uint8) * 255
    scene.paste(photo, (40, 60), Image.fromarray(shown))
    return scene


def stickered(photo: Image.Image) -> Image.Image:
    covered = photo.copy()
    draw = ImageDraw.Draw(covered)
    for at, words in ((20, "SALE"), (400, "TOP SELLER")):
        draw.rectangle((at // 2, at, at // 2 + 200, at + 55), fill="#d81818")
        draw.text((at // 2 + 100, at + 27), words, fill="white", anchor="mm", font_size=30)
    return covered


@pytest.mark.parametrize("edit", [from_aside, cut_out_on_a_scene, stickered])
def test_sees_the_reference_in_a_hard_copy(edit: Callable[[Image.Image], Image.Image]) -> None:
    assert seen_in(edit(OURS)).similarity > 0.6


def test_a_photo_seen_from_aside_lies_by_a_projective_map() -> None:
    match = seen_in(from_aside(OURS))
    assert match.transform.shape == (3, 3)
    assert match.overlay.agreeing_share > 0.9


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_photos_are_laid_exactly_before_any_fitting(degrees: int) -> None:
    match = seen_in(OURS.rotate(degrees, expand=True))
    assert match.overlay.gradient > 0.9
    assert match.overlay.exactness > 0.97


def test_letters_over_a_photo_are_left_out_and_another_label_is_not() -> None:
    """Letters run on over flat places; another label on the same carton stays within it."""
    same_line = Overlay(0.4, 0.98, 0.8, 0.99, 5000, disturbed_share=0.0)
    overprinted = replace(same_line, disturbed_share=0.3)
    other_product = replace(same_line, disturbed_share=0.9)
    assert same_line.similarity(20) == other_product.similarity(20) < 0.3
    assert overprinted.similarity(20) > 0.5


def test_in_the_same_tones_a_copy_is_exact_wherever_nothing_covers_it() -> None:
    """The same device with another picture on its screen agrees nearly as well as a copy."""
    covered = Overlay(0.75, 0.99, 0.76, 0.995, 4000)
    other_screen = replace(covered, uncovered_gradient=0.94)
    assert covered.similarity(30) > 0.7
    assert other_screen.similarity(30) < 0.4
    for otherwise in (
        replace(other_screen, apart_levels=45.0),
        replace(other_screen, scale=0.4),
        replace(other_screen, disturbed_share=0.95),
    ):
        assert otherwise.similarity(30) > 0.7, otherwise


@pytest.mark.parametrize(
    ("edges", "levels", "is_other"),
    [(0.92, 48.0, True), (0.99, 48.0, False), (0.92, 5.0, False)],
)
def test_all_of_it_in_other_tones_is_another_colour_unless_edges_are_the_same(
    edges: float, levels: float, is_other: bool
) -> None:
    overlay = Overlay(edges, edges, 1.0, 0.99, 5000, apart_levels=levels)
    match = seen_in(OURS)
    sighting = as_sighting(REFERENCE, REFERENCE, replace(match, overlay=overlay), is_mirrored=False)
    assert sighting.is_other_colour == is_other
    assert ("same_product_line" in described(sighting)) == is_other


def under_letters(photo: Image.Image) -> Image.Image:
    return lettered(photo, np.random.default_rng(3), 3)


def test_letters_over_all_of_a_photo_leave_enough_of_it() -> None:
    covered = points(under_letters(OURS))
    whole = laid_through_letters(REFERENCE, covered, ours_trimmed=False, theirs_trimmed=False)
    assert whole is not None
    assert whole.similarity > 0.9
    assert seen_in(under_letters(OURS.crop((30, 20, 450, 440)))).similarity > 0.9
    other = points(under_letters(product(90)))
    assert not laid_through_letters(REFERENCE, other, ours_trimmed=False, theirs_trimmed=False)


@pytest.mark.parametrize(
    "transform",
    [
        np.array([[-1.0, 0.0, 399.0], [0.0, -1.0, 399.0]]),
        np.array([[1.1, 0.1, 5.0], [0.0, 0.9, 3.0], [1e-3, 2e-3, 1.0]]),
    ],
)
def test_a_rescaled_map_counts_pixels_from_their_centres(transform: Map) -> None:
    small = np.array([[10.0, 20.0], [90.0, 3.0]])
    large = (small + 0.5) * 400 / 128 - 0.5
    expected = (mapped(transform, large) + 0.5) * 128 / 300 - 0.5
    assert mapped(rescaled(transform, 400 / 128, 128 / 300), small) == pytest.approx(expected)
