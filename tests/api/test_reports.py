from __future__ import annotations

import io
from datetime import date, timedelta

import polars as pl

from infringement_dagster.domain.report.figures import Figure, Report
from infringement_dagster.reporting.export_tables import export_tables
from infringement_dagster.reporting.make_report import make_report
from resources.objects.store import ObjectStore
from resources.postgres.clients import audit
from resources.postgres.database import Database
from resources.postgres.reports.report_store import ReportObjects, put_report
from tests.api.conftest import CallerOf
from tests.support.reported import AFTER, WEEK, told_client
from tests.support.scene import NOON


def report(database: Database, objects: ObjectStore) -> None:
    """Guarantees a report of acme's week."""
    told_client(database, objects)
    export_tables(database, objects, "acme", WEEK, AFTER)
    make_report(database, objects, "acme", WEEK)


def test_a_report_is_listed_read_and_downloaded(
    caller_of: CallerOf, database: Database, objects: ObjectStore
) -> None:
    report(database, objects)
    acme = caller_of("acme", "reviewer")
    listed = acme("GET", "reports", expect=200).json()
    assert [(line["week"], line["is_complete"]) for line in listed["items"]] == [
        ("2026-03-02", True)
    ]
    told = acme("GET", "reports/2026-03-02", expect=200).json()
    of_week = [f for f in told["figures"] if f["week"] == "2026-03-02" and f["part"] is None]
    by_measure = {figure["measure"]: figure for figure in of_week}
    assert by_measure["infringing_share"]["value"] == 0.4
    assert by_measure["repeat_actor_share"]["value"] is None
    assert "actors" in by_measure["repeat_actor_share"]["absent_because"]
    precision = by_measure["flagged_precision"]
    assert 0 < precision["low"] < precision["value"] == 0.75 < precision["high"] < 1
    page = acme("GET", "reports/2026-03-02/file", expect=200)
    assert "attachment" in page.headers["content-disposition"]
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "Infringing among what is listed" in page.text
    table = acme("GET", "reports/2026-03-02/file?format=parquet", expect=200)
    assert pl.read_parquet(io.BytesIO(table.content)).height == len(told["figures"])
    with database.client("acme") as c:
        entries = audit.entries_before(c, "acme", 10)
    assert [e.details["format"] for e in entries if e.action == "report.exported"] == [
        "parquet",
        "html",
    ]


def test_weeks_are_listed_newest_first_page_by_page(
    caller_of: CallerOf, database: Database
) -> None:
    acme = caller_of("acme", "viewer")
    weeks = [WEEK - timedelta(weeks=back) for back in range(3)]
    with database.client("acme") as c:
        for week in weeks:
            figures = (Figure("credits", week, 1.0),)
            put_report(c, Report("acme", week, NOON, figures), ReportObjects("t", "p"))
    first = acme("GET", "reports?limit=2", expect=200).json()
    rest = acme("GET", f"reports?limit=2&cursor={first['next_cursor']}", expect=200).json()
    listed = [date.fromisoformat(line["week"]) for line in [*first["items"], *rest["items"]]]
    assert listed == weeks
    assert rest["next_cursor"] is None


def test_a_week_without_a_report_is_unknown(caller_of: CallerOf) -> None:
    acme = caller_of("acme", "viewer")
    answer = acme("GET", "reports/2026-03-02", expect=404)
    assert answer.json()["type"].endswith("unknown-report")
    acme("GET", "reports/today", expect=422)
