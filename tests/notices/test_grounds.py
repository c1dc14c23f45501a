from __future__ import annotations

from infringement_dagster.domain.score import Score, Signal, Unavailable
from infringement_dagster.notices.grounds import grounds


def of(*signals: Signal) -> tuple[str, ...]:
    return grounds(Score(0.9, calibrated=False, model="m", signals=signals))


def test_what_raised_it_most_is_named_first_and_three_at_most() -> None:
    said = of(
        Signal("brand_use", 1.0, "names the brand", 0.4),
        Signal("low_price", 1.0, "a third of the floor", 2.0),
        Signal("fair_dealer", 1.0, "asks genuine prices", -1.0),
        Signal("misspelling", Unavailable("no title"), "", 0.9),
        Signal("fraud_terms", 1.0, "says replica", 1.5),
        Signal("copy_hints", 1.0, "no invoice", 0.3),
    )
    assert said == ("a third of the floor", "says replica", "names the brand")


def test_photos_are_named_in_words_and_only_where_they_match() -> None:
    said = of(
        Signal("image_local", 0.9, "69 key points on one map", 3.0),
        Signal("image_hash", 0.3, "ahash 14 bits", 0.2),
        Signal("whash", 0.9, "whash 3 bits", 1.0),
    )
    assert said == ("A photo of the listing contains one of our own photos",)
