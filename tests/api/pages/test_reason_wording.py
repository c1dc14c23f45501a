"""Every reason for which a scan leaves something out has words of its own."""

from __future__ import annotations

from typing import get_args

import pytest

from api.pages.scans.reason_wording import items_in_words, reason_in_words
from infringement_dagster.domain.photo import DecoderFailure, FetchFailure, HashingFailure
from infringement_dagster.scans.poison_items import REASON
from resources.providers.plug_in import FailureReason
from resources.providers.reading import SkipReason

KNOWN = [
    *(("raw_listings", "skipped", reason) for reason in get_args(SkipReason)),
    *(("raw_listings", "failed", reason) for reason in get_args(FailureReason)),
    *(
        ("image_hashes", "skipped" if reason == "blank" else "failed", reason)
        for kind in (FetchFailure, HashingFailure, DecoderFailure)
        for reason in get_args(kind)
    ),
    ("scores", "failed", "scorer_error"),
    *((asset, "failed", REASON) for asset in ("raw_listings", "image_hashes", "scores")),
]


@pytest.mark.parametrize(("asset", "outcome", "reason"), KNOWN)
def test_a_reason_reads_on_from_its_items(asset: str, outcome: str, reason: str) -> None:
    words = reason_in_words(asset, outcome, reason)
    assert words.meaning != reason.replace("_", " ")
    said = f"3 {items_in_words(asset, outcome, 3)} {words.meaning}."
    assert "_" not in said
    assert not words.remedy or words.remedy.endswith(".")


def test_a_reason_of_a_plug_in_keeps_its_name() -> None:
    assert reason_in_words("raw_listings", "skipped", "sold_out").meaning == "sold out"
    assert items_in_words("raw_listings", "failed", 1) == "page"
