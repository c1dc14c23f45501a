"""Signals as sentences about the client, for people who do not know the system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from infringement_dagster.domain.score import MATCH_MIN, MEASURED_SIGNALS, TELLING_MIN

SENTENCES: Final = {
    "brand_use": "The title names the client's brand.",
    "misspelling": "The title writes the client's brand misspelt or in look-alike letters.",
    "keyword_squat": "The client's name is used to lead buyers to something else.",
    "hidden_brand": "The description or brand field claims the client's brand; the title hides it.",
    "brand_denied": "The title claims the client's brand; the brand field denies it.",
    "false_reference": "Words of compatibility stand over what is offered as a whole copy.",
    "image_hash": "A photo of the listing is one of the client's own photos.",
    "image_local": "One of the client's own photos is part of a photo of the listing.",
    "stolen_photo": "The client's own photo sells what does not bear the client's name.",
    "photo_of_accessory": "The client's own photo sells an accessory of somebody else.",
    "shared_photo": "Several sellers show the same photo.",
    "brand_in_photo": "A photo shows the client's brand, which the title does not name.",
    "logo_in_photo": "A photo shows the client's logo, and the title does not name the client.",
    "low_price": "The price is far below what the genuine product costs.",
    "fraud_terms": "The listing itself says that it is a copy.",
    "copy_hints": "The listing says what a dealer in genuine goods has no need to say.",
    "grey_market": "The listing says that it is meant for another market.",
    "seller_history": "Most decided listings of the same seller were infringing.",
    "relisting": "The listing repeats an offer that was found infringing.",
    "batch_template": "The seller offers many listings of this pattern.",
    "nominative": "The listing says only that it fits the client's product, which is lawful.",
    "used_condition": "The stated condition explains a low price.",
    "fair_dealer": "The seller asks genuine prices for other products of the client.",
    "clean_history": "Decided listings of the same seller were lawful.",
    "allowed": "The client allows this seller or listing.",
}


def sentences(signals: Sequence[Mapping[str, Any]], *, is_for: bool) -> Iterator[str]:
    """Sentences of what speaks for an infringement, or against it; the strongest first."""
    ordered = sorted(signals, key=lambda signal: -abs(signal["contribution"]))
    for signal in ordered:
        weight = signal["contribution"] if is_for else -signal["contribution"]
        if weight >= TELLING_MIN:
            yield _sentence(signal)


def _sentence(signal: Mapping[str, Any]) -> str:
    name, value = signal["name"], signal.get("value")
    said = SENTENCES.get(name, f"By the comparison {name}, a photo is near one of the client's.")
    is_sure = isinstance(value, float | int) and value >= MATCH_MIN
    told = said if is_sure else f"Less surely: {said[0].lower()}{said[1:]}"
    detail = "" if name in MEASURED_SIGNALS or name not in SENTENCES else signal.get("explanation")
    return f"{told} ({detail})" if detail else told
