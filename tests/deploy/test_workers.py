"""Two Celery workers, one of which dies: runs spread, nothing is lost, limits hold over both."""

from __future__ import annotations

import pytest

from resources.postgres.scans import intervention_store
from tests.deploy.conftest import EBAY_PER_MINUTE, TWINS, Story
from tests.support.lively import Lively

pytestmark = pytest.mark.timeout(180)


def test_runs_spread_over_both_workers(story: Story) -> None:
    assert len(story.workers) == 2
    assert story.parents == story.workers


def test_a_killed_worker_loses_nothing(story: Story) -> None:
    assert {name: scan.state for name, scan in story.ended.items()} == dict.fromkeys(
        (*TWINS, "narrow"), "succeeded"
    )
    assert story.killed.runs[0].attempt == 2
    assert len(story.listings["first"]) >= 40
    assert story.listings["first"] == story.listings["second"] == story.listings["third"]


def test_a_page_that_was_stored_is_not_paid_for_again(story: Story) -> None:
    charged = {story.ended[name].runs[0].credits_charged for name in TWINS}
    assert charged == {story.killed.runs[0].credits_charged}


def test_a_client_runs_once_at_a_time_over_both_workers(story: Story) -> None:
    spans = sorted(
        (min(call.began for call in calls), max(call.ended for call in calls))
        for provider in ("ebay", "walmart")
        if (calls := [c for c in story.calls if "narrow" in c.query and provider in c.endpoint])
    )
    assert len(spans) == 2
    assert spans[0][1] < spans[1][0]


def test_the_rate_of_a_provider_holds_over_both_workers(story: Story) -> None:
    began = sorted(call.began for call in story.calls if "shared" in call.query)
    assert len(began) >= len(TWINS)
    least_seconds = (len(began) - 1) * 60 / EBAY_PER_MINUTE
    jitter_seconds = 0.5  # from the turn in the database to the sandbox's clock
    assert began[-1] - began[0] > least_seconds - jitter_seconds


def test_a_cancelled_run_ends_as_cancelled_and_not_as_failed(
    two_workers: Lively, story: Story
) -> None:
    scan = two_workers.ask("first", "amazon")
    process = two_workers.started(scan)
    with two_workers.database.client("first") as c:
        intervention_store.cancel_scan(c, "first", scan.scan_id)
    assert two_workers.end(scan, 10).state == "cancelled"
    assert two_workers.dagster_runs(scan.scan_id)[0].status.value == "CANCELED"
    process.wait(10)
