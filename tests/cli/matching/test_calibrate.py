from __future__ import annotations

import pytest

from infringement_dagster.cli.matching.calibrate import calibrated
from infringement_dagster.domain.case import CaseFlag, Decision
from infringement_dagster.domain.score import Score, Signal, Unavailable
from infringement_dagster.matching.calibration.fit import CannotCalibrateError
from infringement_dagster.matching.calibration.synthetic import decided_listings, made_up_examples
from infringement_dagster.matching.signals import found_in
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases import case_store
from resources.postgres.clients.client_store import UnknownClient, add_client, save_config
from resources.postgres.database import Database
from resources.postgres.listings import score_store
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans import run_store
from tests.support.scene import a_listing, ask_for_scan

CLIENT = "veldoran"
CONFIG: dict[str, object] = {
    "brands": [{"name": "Veldoran"}],
    "searches": {"amazon": {"queries": ["veldoran"]}},
    "thresholds": {"review": 0.4, "notice_ready": 0.9},
}


def decide_listings(database: Database, count: int) -> None:
    """A client whose reviewers decided on so many made-up listings."""
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
        flags = [CaseFlag(listing_id, 0.7, None) for listing_id in scores]
        flagged = case_store.flag_cases(c, CLIENT, scan_id, "amazon", 1, flags)
        for case, decided in zip(flagged, made, strict=True):
            decision: Decision = "infringing" if decided.is_infringing else "not_infringing"
            decide(c, CLIENT, case.case_id, decision, "seen", "tests", 1)


def test_learns_from_the_decisions_in_the_database(database: Database) -> None:
    decide_listings(database, 120)
    found = calibrated(database, CLIENT)
    expected = made_up_examples(seed=10, count=120)
    assert found.calibration.decisions == 120
    assert found.threshold == 0.4
    assert found.fitted.infringing == sum(example.is_infringing for example in expected)
    assert found.fitted.calibration_error < 0.15


def test_refuses_a_client_with_too_few_decisions(database: Database) -> None:
    decide_listings(database, 20)
    with pytest.raises(CannotCalibrateError, match="decide more cases"):
        calibrated(database, CLIENT)


def test_refuses_an_unknown_client(database: Database) -> None:
    with pytest.raises(UnknownClient):
        calibrated(database, "nobody")
