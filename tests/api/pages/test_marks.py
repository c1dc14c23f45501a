"""The client's marks that the page of a case outlines, from a stored score."""

from __future__ import annotations

from dataclasses import replace

from api.pages.cases.compared_photos import Outline, ShownPhoto, marks_seen
from infringement_dagster.domain.score import PhotoRead, Region, Score, Shown, Signal

PHOTOS = [ShownPhoto("p0", 10, 10), ShownPhoto("p1", 400, 200)]
REGION = Region(0.25, 0.5, 0.5, 0.75)
LOGO = Signal("logo_in_photo", 0.9, "seen", 0.5, Shown("p1", "r1", REGION, "logo"))
READ = PhotoRead("Acme", "exact", "ACME", 0.93, "p1", REGION, "larger")


def score_of(*signals: Signal) -> Score:
    return Score(0.6, False, "noisy-or/3", signals)


def test_a_logo_and_words_are_outlined_where_they_stand() -> None:
    words = Signal("brand_in_photo", 0.9, "read", 0.5, READ)
    read, logo = marks_seen(score_of(LOGO, words), PHOTOS)
    assert read.outline == logo.outline == Outline(100, 100, 100, 50)
    assert read.photo == logo.photo == 1
    assert read.caption == "Read as Acme: “ACME”, 93% sure, in a larger size of the photo"
    assert logo.caption == "Your logo: seen"


def test_a_doubtful_logo_another_s_photo_and_a_photo_that_has_gone_are_no_marks() -> None:
    doubtful = replace(LOGO, value=0.4)
    reference = replace(LOGO, name="image_local")
    assert marks_seen(score_of(doubtful, reference), PHOTOS) == []
    assert marks_seen(score_of(LOGO), PHOTOS[:1]) == []
    assert marks_seen(None, PHOTOS) == []
