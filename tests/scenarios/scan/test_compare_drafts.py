"""What a draft cannot touch is not scored again, and the answer is that of scoring everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pytest

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.score import Score
from infringement_dagster.scoring.drafts.compare_drafts import ComparedListings, Judgements
from infringement_dagster.scoring.drafts.draft_comparison import (
    DraftComparison,
    compared_with_saved,
)
from infringement_dagster.scoring.drafts.kept_scores import kept_scores
from infringement_dagster.scoring.drafts.touched import Reach, reach_of
from infringement_dagster.scoring.score_listings import kept_photo_ids
from infringement_dagster.snapshots.last_scan import LastScan, last_scan
from infringement_dagster.snapshots.verdicts import (
    VerdictLookup,
    newest_verdicts,
    verdicts_frame,
)
from resources.decoding.blocking import BlockingDecoder
from tests.scenarios.scan.test_rescore import CLIENT, PROVIDER
from tests.support.installation import Installation, demo_client

SAVED = demo_client(CLIENT).config


def brands_with(**changes: object) -> dict[str, Any]:
    brands = SAVED["brands"]
    assert isinstance(brands, list)
    first, *others = brands
    assert isinstance(first, dict)
    return {"brands": [{**first, **changes}, *others]}


def sellers(last: LastScan) -> list[str]:
    return [item.seller.name for item in last.listings if item.seller is not None]


@dataclass(frozen=True)
class ScoringAll(DraftComparison):
    """The oracle: both configs score every listing."""

    @property
    def reach(self) -> Reach:
        return "all"


NONE_KEPT = VerdictLookup(verdicts_frame({}).lazy())


def judged(
    draft: DraftComparison, last: LastScan, kept: Mapping[str, Score], verdicts: VerdictLookup
) -> Judgements:
    photo_ids = kept_photo_ids(PROVIDER, last.photos)
    scan = ComparedListings(draft, PROVIDER, lambda: last.listings, photo_ids, verdicts)
    return scan.judged(last.listings, lambda _: last.photos, kept)


def scores_of(found: Judgements) -> list[dict[str, tuple[float, object]]]:
    return [
        {key: (score.probability, score.violation_type) for key, score in scores.items()}
        for scores in (found.before, found.after)
    ]


def test_a_draft_scores_again_what_it_can_touch_and_answers_as_if_it_scored_all(
    kelvarra: Installation,
) -> None:
    kelvarra.execute(kelvarra.request(CLIENT, PROVIDER), PROVIDER)
    last = last_scan(kelvarra.database, kelvarra.objects, CLIENT, PROVIDER, 2000)
    assert last is not None
    listings = len(last.listings)
    verdicts = newest_verdicts(kelvarra.database, kelvarra.objects, CLIENT, PROVIDER)
    word = "zweifellos"
    cases: list[tuple[dict[str, Any], Reach, int, int]] = [
        ({"thresholds": {"review": 0.9, "notice_ready": 0.95}}, "nothing", 0, 0),
        ({"weights": {"image_hash": 0.2, "low_price": 3}}, "weights", 0, 0),
        (brands_with(aliases=[word]), "some", 0, 0),
        ({"allowed_sellers": sellers(last)[:1]}, "some", 1, listings - 1),
        ({"fraud_terms": ["superfake"]}, "some", 0, listings),
        (brands_with(misspellings=["kellvara", "growlr"]), "some", 0, listings),
        (brands_with(price_floor={"amount": "900", "currency": "USD"}), "some", 1, listings),
        ({"key_points": "never"}, "all", listings, listings),
    ]
    with BlockingDecoder() as decoder:
        for changes, reach, least, most in cases:
            draft = read_client_config(CLIENT, 2, {**SAVED, **changes})
            tools = (kelvarra.database, kelvarra.objects, decoder, CLIENT)
            compared = compared_with_saved(*tools, draft, None)
            assert compared.saved is not None
            assert reach_of(compared.saved, draft) == reach, changes
            kept = kept_scores(kelvarra.database, CLIENT, compared.saved, last.scores)
            assert len(kept) == listings
            found = judged(compared, last, kept, verdicts)
            assert least <= found.scored_anew <= most, changes
            alone = judged(compared, last, {}, verdicts)  # as where no score is kept
            assert alone.scored_anew == listings
            oracle = ScoringAll(*tools, compared.saved, draft, None)
            everything = judged(oracle, last, {}, NONE_KEPT)
            for config, given in ((draft, everything.after), (oracle.saved, everything.before)):
                assert config is not None
                by_itself = judged(replace(oracle, saved=None, draft=config), last, {}, NONE_KEPT)
                assert list(by_itself.after.values()) == list(given.values()), changes
            assert scores_of(found) == scores_of(alone) == scores_of(everything), changes
            assert [asdict(s) for s in alone.after.values()] == [
                asdict(s) for s in everything.after.values()
            ], changes


@pytest.mark.parametrize(
    ("changes", "reach"),
    [
        ({"rules": []}, "nothing"),
        ({"sampling": {"share": 0.5, "least": 1}}, "nothing"),
        ({"false_hits": ["kelvinator"]}, "some"),
        ({"fraud_terms": ["1:1"]}, "some"),
        ({"text_in_photos": {"when": "always"}}, "all"),
        ({"further_hashes": ["whash"]}, "all"),
    ],
)
def test_the_reach_of_a_change(changes: dict[str, Any], reach: Reach) -> None:
    saved = read_client_config(CLIENT, 1, SAVED)
    assert reach_of(saved, read_client_config(CLIENT, 2, {**SAVED, **changes})) == reach
