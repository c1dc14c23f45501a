"""Scans whose processes are killed at exact points, beside one that nobody kills."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from infringement_dagster.scans import poison_items
from resources.postgres.scans import outcome_store
from tests.support import aftermath
from tests.support.crash_points import (
    POINTS,
    Point,
    armed,
    client_of,
    kill,
    kill_at,
    kill_in_provider_call,
    process_of,
)
from tests.support.lively import Lively
from tests.support.stored import unsettled_credits

pytestmark = pytest.mark.timeout(300)

REFERENCE = "reference"
COPIED = "Kelvarra"
KILLED_AT = (
    "after provider call, before charge",
    "before commit of listings",
    "after commit of snapshot",
    "after commit of cases",
)


@pytest.fixture(scope="module")
def wanted(stack: Lively) -> aftermath.Rows:
    """What a scan leaves that nobody kills."""
    stack.widen(4)
    stack.add(REFERENCE, brand=COPIED)
    assert stack.end(stack.ask(REFERENCE)).state == "succeeded"
    return aftermath.rows_of(stack, REFERENCE)


def test_a_scan_killed_at_any_point_ends_as_one_that_was_not(
    stack: Lively, wanted: aftermath.Rows
) -> None:
    points = tuple(point for point in POINTS if point.name in KILLED_AT)
    clients = [client_of(place, 0) for place in range(len(points))]
    for client_id in clients:
        stack.add(client_id, twin_of=REFERENCE, brand=COPIED)
    with armed(stack, points), ThreadPoolExecutor(len(points)) as threads:
        scans = list(threads.map(lambda client_id: kill_at(stack, client_id), clients))
        ended = [stack.end(scan, 120) for scan in scans]
    assert [scan.runs[0].attempt for scan in ended] == [2] * len(KILLED_AT)
    assert [
        divergence for scan in ended for divergence in aftermath.divergences(stack, scan, wanted)
    ] == []
    assert aftermath.left_over(stack) == []
    assert aftermath.credits_of(stack).wrong == ()


def test_a_scan_killed_in_a_call_and_again_at_any_moment_knows_what_it_may_have_cost(
    stack: Lively, wanted: aftermath.Rows
) -> None:
    stack.add("in-call", twin_of=REFERENCE, brand=COPIED)
    scan = kill_in_provider_call(stack, "in-call")
    stack.wait_until(scan, lambda found: found.runs[0].attempt == 2, 60)
    kill(process_of(stack, scan))
    ended = stack.end(scan, 120)
    assert (ended.runs[0].attempt, aftermath.divergences(stack, ended, wanted)) == (3, [])
    with stack.database.client("in-call") as c:
        assert unsettled_credits(c, "in-call", scan.scan_id) >= 1
    assert aftermath.credits_of(stack).wrong == ()


def test_a_listing_that_kills_its_process_three_times_is_set_aside_alone(
    stack: Lively, wanted: aftermath.Rows
) -> None:
    poison = min(row.split("'")[1] for row in wanted["scores"])
    client_id = client_of(0, 1)
    stack.add(client_id, twin_of=REFERENCE, brand=COPIED)
    point = Point("poison", "before", "INSERT", "scores", listing_id=poison)
    with armed(stack, [point]):
        scan = kill_at(stack, client_id, kills=3)
        ended = stack.end(scan, 120)
    run = ended.runs[0]
    assert (ended.state, run.attempt, run.error) == ("partial", 4, None)
    with stack.database.client(client_id) as c:
        outcomes = outcome_store.item_outcomes(c, client_id, scan.scan_id, "ebay", "scores")
    assert [(outcome.item_key, outcome.reason) for outcome in outcomes] == [
        (poison, poison_items.REASON)
    ]
    scored = aftermath.rows_of(stack, client_id)["scores"]
    assert scored == [row for row in wanted["scores"] if poison not in row]
