from __future__ import annotations

from dataclasses import replace

import pytest

from infringement_dagster.domain.score import Signal
from resources.postgres.database import Database
from resources.postgres.listings.score_store import put_scores
from resources.postgres.statements import RefusedRow
from tests.support.scene import a_score, ask_for_scan, begin
from tests.support.stored import scores_of_scan


def test_scores_come_back_with_their_signals(database: Database) -> None:
    plain = replace(a_score(0.0), signals=(), violation_type=None, calibrated=True)
    with database.client("acme") as c:
        scene = begin(c, "acme")
        put_scores(c, "acme", scene.scan_id, "amazon", 1, {"B02": plain, "B01": a_score(0.8)})
        put_scores(c, "acme", scene.scan_id, "amazon", 1, {})
        found = scores_of_scan(c, "acme", scene.scan_id, "amazon")
        assert scores_of_scan(c, "acme", scene.scan_id, "ebay") == {}
    assert list(found) == ["B01", "B02"]
    assert found == {"B01": a_score(0.8), "B02": plain}


def test_scoring_again_replaces_within_a_scan_and_adds_across_scans(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        other = ask_for_scan(c, "acme")
        put_scores(c, "acme", scene.scan_id, "amazon", 1, {"B01": a_score(0.8)})
        put_scores(c, "acme", scene.scan_id, "amazon", 1, {"B01": a_score(0.7)})
        put_scores(c, "acme", other, "amazon", 1, {"B01": a_score(0.6)})
        assert scores_of_scan(c, "acme", scene.scan_id, "amazon") == {"B01": a_score(0.7)}
        assert scores_of_scan(c, "acme", other, "amazon") == {"B01": a_score(0.6)}


def test_a_score_that_cannot_be_is_refused(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
    poisoned = replace(a_score(0.5), signals=(Signal("brand", 1.0, "it says \0"),))
    for listing_id, score, complaint in (
        ("B01", a_score(1.01), "probability"),
        ("B99", a_score(0.5), "listings"),
        ("B01", poisoned, r"signals\[0\]\.explanation holds a NUL"),
        ("B01", replace(poisoned, signals=(Signal("brand", float("inf"), ""),)), "value is inf"),
    ):
        with pytest.raises(RefusedRow, match=f"acme.*{complaint}"), database.client("acme") as c:
            put_scores(c, "acme", scene.scan_id, "amazon", 1, {listing_id: score})
