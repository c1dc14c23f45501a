from __future__ import annotations

import pytest

from resources.fetching.http_cache import Validators, max_age_seconds, media_type_of, validators_of

URL = "https://cdn.example/1.jpg"


def test_unknown_bytes_keep_the_servers_word_for_them() -> None:
    told = {"content-type": "text/html; charset=utf-8"}
    assert media_type_of(b"<html>", told) == "text/html"
    assert media_type_of(b"\xff\xd8\xff\xe0 a photo", told) == "image/jpeg"


def test_validators_are_kept_with_the_address_that_gave_them() -> None:
    assert validators_of(URL, {"etag": 'W/"v1"'}) == Validators(URL, etag='W/"v1"')
    assert validators_of(URL, {"content-type": "image/jpeg"}) is None


@pytest.mark.parametrize("etag", ["", '"' + "x" * 300 + '"', '"\u00e9"', '"a\r\nx: y"'])
def test_validators_that_cannot_be_sent_are_not_kept(etag: str) -> None:
    assert validators_of(URL, {"etag": etag}) is None


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("max-age=60", 60),
        ("public, MAX-AGE = 31536000, immutable", 31_536_000),
        ("no-cache", 0),
        ("max-age=60, no-store", 0),
        ("max-age=-1", None),
        ("", None),
    ],
)
def test_how_long_an_answer_is_good(told: str, seconds: int | None) -> None:
    assert max_age_seconds({"cache-control": told}) == seconds
