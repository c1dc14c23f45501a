from __future__ import annotations

from datetime import UTC, datetime

from api.http.quotas import credit_quotas
from infringement_dagster.domain.admission import ClientLimits, ClientUse
from infringement_dagster.scans.admit_runs import pass_over_queue
from resources.postgres.database import Database
from tests.api.conftest import CONFIG, CallerOf
from tests.support.onboarding import save_config


def test_an_operator_sets_what_a_client_reads(caller_of: CallerOf) -> None:
    acme, operator = caller_of("acme", "viewer"), caller_of("acme", "operator")
    wanted = {"weight": 2.5, "runs_max": 5, "requests_per_minute": 30, "credits_per_day": 900}
    operator("PUT", "limits", json=wanted, expect=200)
    read = acme("GET", "limits", expect=200).json()
    assert read == wanted | {
        "credits_per_month": None,
        "runs": 0,
        "credits_today": 0,
        "credits_this_month": 0,
    }
    acme("PUT", "limits", json=wanted, expect=403)
    for wrong in ({"runs_max": -1}, {"runs_max": False}, {"weight": "2"}, {"credits": 1}):
        operator("PUT", "limits", json=wrong, expect=422)
    operator("PUT", "/v1/clients/nobody/limits", json=wanted, expect=404)


def test_an_operator_sets_the_limits_that_all_share(caller_of: CallerOf) -> None:
    operator = caller_of("acme", "operator")
    operator("PUT", "/v1/limits", json={"runs_max": 9}, expect=200)
    ebay = {"runs_max": 1, "requests_per_minute": 60}
    operator("PUT", "/v1/limits/ebay", json=ebay, expect=200)
    read = operator("GET", "/v1/limits", expect=200).json()
    assert read["runs_max"] == 9
    assert {"provider": "ebay"} | ebay in read["providers"]
    caller_of("acme")("GET", "/v1/limits", expect=403)


def test_a_held_scan_says_why_it_waits_and_a_freed_one_reserves_credits(
    caller_of: CallerOf, database: Database
) -> None:
    acme, operator = caller_of("acme"), caller_of("acme", "operator")
    save_config(database, "acme", CONFIG, created_by="tests")
    limits = {"runs_max": 0, "credits_per_day": 900}
    operator("PUT", "limits", json=limits, expect=200)
    asked = acme("POST", "scans", json={"providers": ["ebay"]}, expect=202)
    assert '"credits-day";q=900;w=86400' in asked.headers["ratelimit-policy"]
    assert asked.headers["ratelimit"].startswith('"requests";r=')
    assert '"credits-day";r=900;t=' in asked.headers["ratelimit"]
    with database.admission() as c:
        pass_over_queue(c)
    (run,) = acme("GET", asked.headers["location"]).json()["runs"]
    assert (run["state"], run["wait_reason"]) == ("queued", "client_runs")
    operator("PUT", "limits", json=limits | {"runs_max": 1}, expect=200)
    with database.admission() as c:
        pass_over_queue(c)
    used = acme("GET", "limits").json()
    assert used["runs"] == 1
    assert used["credits_today"] == used["credits_this_month"] > 0
    left = 900 - used["credits_today"]
    assert f'"credits-day";r={left};t=' in acme("GET", "usage").headers["ratelimit"]


def test_quotas_of_credits_end_with_the_day_and_the_month_of_utc() -> None:
    now = datetime(2026, 2, 28, 23, 59, 0, tzinfo=UTC)
    quotas = credit_quotas(ClientLimits(credits_per_day=5, credits_per_month=7), USED, now)
    day, month = quotas
    assert (day.remaining, day.window_seconds, day.reset_seconds) == (0, 86400, 60)
    assert (month.remaining, month.window_seconds, month.reset_seconds) == (1, 28 * 86400, 60)


USED = ClientUse(runs=0, credits_today=6, credits_this_month=6)
