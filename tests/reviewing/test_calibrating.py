from __future__ import annotations

from dataclasses import replace

import pytest

from infringement_dagster.domain.case import CaseFlag, Decision
from infringement_dagster.domain.score import Score, Signal, Unavailable
from infringement_dagster.matching.calibration.fit import CannotCalibrateError, fit
from infringement_dagster.matching.calibration.recall import Recall
from infringement_dagster.matching.calibration.synthetic import decided_listings, made_up_examples
from infringement_dagster.matching.signals import found_in
from infringement_dagster.reviewing.calibrating import calibrated
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases import case_store
from resources.postgres.clients.client_store import UnknownClient, add_client, save_config
from resources.postgres.database import Database
from resources.postgres.listings import score_store
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans import run_store
from tests.support.scene import a_listing, ask_for_scan

CLIENT = "veldoran"
CHANCE = 0.1
CONFIG: dict[str, object] = {
    "brands": [{"name": "Veldoran"}],
    "searches": {"amazon": {"queries": ["veldoran"]}},
    "thresholds": {"review": 0.4, "notice_ready": 0.9},
}


def decide_listings(database: Database, count: int, sampled: int = 0) -> None:
    """A client whose reviewers decided on so many made-up listings, the last ones `sampled`."""
    made = decided_listings(seed=10, count=count)
    scores = {}
    for number, decided in enumerate(made):
        signals = tuple(
            Signal(name, found, "")
            if isinstance(found, Unavailable)
            else Signal(name, found[0], found[1])
            for name, found in found_in(decided.comparison).items()
        )
        scores[f"B{number:05}"] = Score(0.7, False, "test/1", signals)
    with database.client(CLIENT) as c:
        add_client(c, CLIENT, "Veldoran")
        save_config(c, CLIENT, CONFIG, "tests")
        scan_id = ask_for_scan(c, CLIENT, "amazon")
        run_store.start_run(c, CLIENT, scan_id, "amazon", "dagster-run")
        put_listings(c, CLIENT, scan_id, [a_listing(listing_id) for listing_id in scores])
        score_store.put_scores(c, CLIENT, scan_id, "amazon", 1, scores)
        flags = [
            CaseFlag(listing_id, 0.7, None, None if number < count - sampled else CHANCE)
            for number, listing_id in enumerate(scores)
        ]
        flagged = case_store.flag_cases(c, CLIENT, scan_id, "amazon", 1, flags)
        for case, decided in zip(flagged, made, strict=True):
            decision: Decision = "infringing" if decided.is_infringing else "not_infringing"
            decide(c, CLIENT, case.case_id, decision, "seen", "tests", 1)


def test_learns_from_the_decisions_in_the_database(database: Database) -> None:
    decide_listings(database, 120)
    found = calibrated(database, CLIENT)
    expected = made_up_examples(seed=10, count=120)
    assert found.calibration.decisions == 120
    assert (found.thresholds.review, found.thresholds.notice_ready) == (0.4, 0.9)
    assert found.fitted.infringing == sum(example.is_infringing for example in expected)
    assert found.fitted.calibration_error < 0.15


def test_recall_is_told_from_sampled_cases(database: Database) -> None:
    decide_listings(database, 120, sampled=40)
    found = calibrated(database, CLIENT).recall
    assert isinstance(found, Recall)
    decided = [example.is_infringing for example in made_up_examples(seed=10, count=120)]
    flagged, missed = sum(decided[:80]), sum(decided[80:]) / CHANCE
    assert found.sampled == 40
    assert found.missed == pytest.approx(missed)
    assert found.share == pytest.approx(flagged / (flagged + missed))
    assert 0 < found.low < found.share < found.high < 1


def test_without_sampled_cases_recall_is_not_claimed(database: Database) -> None:
    decide_listings(database, 120)
    found = calibrated(database, CLIENT)
    assert isinstance(found.recall, Unavailable)
    assert found.agreement.cases == 0


def test_a_sampled_decision_weighs_more_than_a_flagged(database: Database) -> None:
    decide_listings(database, 120, sampled=40)
    made = made_up_examples(seed=10, count=120)
    weighed = [*made[:80], *(replace(item, weight=1 / CHANCE) for item in made[80:])]
    found = calibrated(database, CLIENT).calibration
    assert found.shift == pytest.approx(fit(weighed).shift, abs=1e-6)
    assert found.shift != pytest.approx(fit(made).shift, abs=1e-6)


def test_refuses_a_client_with_too_few_decisions(database: Database) -> None:
    decide_listings(database, 20)
    with pytest.raises(CannotCalibrateError, match="decide more cases"):
        calibrated(database, CLIENT)


def test_refuses_an_unknown_client(database: Database) -> None:
    with pytest.raises(UnknownClient):
        calibrated(database, "nobody")
