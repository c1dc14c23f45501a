from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest
from PIL import Image, ImageOps

from bench.logos import measured
from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Shown, Signal, Unavailable
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_logo,
    extract_points,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.local_features import LocalFeatures, extract_features
from infringement_dagster.matching.scoring import Scorer
from tests.support.photos import encoded
from tests.support.worded_photos import drawn_logo, logo_photo

CONFIG = ClientConfig(1, (Brand("Veldoran"),), {})


def on_white(logo: Image.Image) -> bytes:
    ground = Image.new("RGB", logo.size, "white")
    ground.paste(logo, mask=logo.getchannel("A"))
    return encoded(ground, "PNG")


LOGO = drawn_logo(1004)
CONTENT = on_white(LOGO)


def scored(title: str, content: bytes, config: ClientConfig = CONFIG) -> dict[str, Signal]:
    points, theirs = extract_logo(CONTENT), extract_points(content)
    assert isinstance(points, BothWays)
    assert isinstance(theirs, CornerPoints)
    logo = Reference("r1", Photo("logo", hash_photo(CONTENT)), points=points, kind="logo")
    scorer = Scorer(config, [logo])
    listing, photo = Listing("ebay", "1", title, ""), Photo("p1", hash_photo(content), theirs)
    (look,) = scorer.first_looks([(listing, [photo])])
    contents = {"logo": CONTENT, "p1": content}
    asked = {item for pair in scorer.worth_key_points(look) for item in pair}
    found = {item: extract_features(contents[item]) for item in asked}
    known = {key: it for key, it in found.items() if isinstance(it, LocalFeatures)}
    score = scorer.score(listing, [photo], look=look, key_points=known)
    return {signal.name: signal for signal in score.signals}


def test_a_logo_on_a_product_is_seen_where_it_is() -> None:
    drawn = logo_photo(4, LOGO, area=0.15)
    signal = scored("steel flask", drawn.content)["logo_in_photo"]
    assert signal.is_match, signal
    assert isinstance(signal.basis, Shown)
    region = signal.basis.region
    assert region is not None
    assert (region.left + region.right) / 2 == pytest.approx(drawn.centre[0], abs=0.05)
    assert region.right - region.left == pytest.approx(drawn.share, rel=0.5)


def test_light_on_dark_is_the_same_logo() -> None:
    drawn = logo_photo(4, LOGO, area=0.15)
    negative = encoded(ImageOps.invert(Image.open(io.BytesIO(drawn.content))), quality=85)
    signal = scored("steel flask", negative)["logo_in_photo"]
    assert signal.is_match, signal


def test_where_the_title_names_the_brand_the_logo_accuses_nobody() -> None:
    drawn = logo_photo(4, LOGO, area=0.15)
    signal = scored("Veldoran flask", drawn.content)["logo_in_photo"]
    assert not isinstance(signal.value, Unavailable)
    assert signal.value < 0.1


def test_another_s_logo_is_none() -> None:
    signal = scored("steel flask", logo_photo(4, drawn_logo(7), area=0.15).content)["logo_in_photo"]
    assert not signal.is_match, signal


def test_without_logos_the_signal_says_so() -> None:
    score = Scorer(CONFIG, ()).score(Listing("ebay", "1", "steel flask", ""), [])
    (signal,) = (signal for signal in score.signals if signal.name == "logo_in_photo")
    assert isinstance(signal.value, Unavailable)


def test_where_key_points_are_never_asked_no_logo_is_sought() -> None:
    config = replace(CONFIG, key_points="never")
    signal = scored("steel flask", logo_photo(4, LOGO, area=0.15).content, config)["logo_in_photo"]
    assert isinstance(signal.value, Unavailable)
    assert "key points" in signal.value.reason


def test_logos_are_found_as_surely_as_promised() -> None:
    """A small form of `bench/logos.py`."""
    read = measured(20)
    sys.stdout.write(f"{read.found:.2f} found, {read.false:.2f} false, {read.cpu_ms:.0f} ms CPU\n")
    assert read.found >= 0.7, read
    assert read.false <= 0.01, read
