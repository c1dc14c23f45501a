"""A client's weekly report over a year of scans: DuckDB over Parquet beside the same in Postgres.

Run as `python -m bench.reports [--quick]`. Both sides answer the same questions over the same rows;
that their numbers are equal is part of it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, LiteralString

import psutil
import psycopg

from bench.throwaway_database import throwaway_database
from bench.year_of_scans import CLIENT, WEEK, fill, pages_of
from infringement_dagster.domain.report.figures import Absent, Report
from infringement_dagster.domain.report.weeks import begin_of, end_of, weeks_until
from infringement_dagster.reporting.check_report import compare_with_tables
from infringement_dagster.reporting.export_tables import export_tables
from infringement_dagster.reporting.make_report import make_report
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database

ROWS, QUICK_ROWS = 2_000_000, 100_000

_VERDICTS: Final[LiteralString] = """
    WITH verdicts AS (
        SELECT case_id, provider, listing_id, d.decision, decided_at AS from_at,
            coalesce(lead(decided_at) OVER (PARTITION BY case_id ORDER BY decision_no), 'infinity')
                AS until_at
        FROM decisions d JOIN cases USING (client_id, case_id)
        WHERE client_id = %(client_id)s AND decided_at < %(until)s
    ), found AS (
        SELECT case_id, min(decided_at) FILTER (WHERE decision = 'infringing') AS found_at
        FROM decisions WHERE client_id = %(client_id)s AND decided_at < %(until)s
        GROUP BY case_id
        HAVING (array_agg(decision ORDER BY decision_no DESC))[1] = 'infringing'
    )
"""
QUESTIONS: Final[Mapping[str, LiteralString]] = {
    "listings": _VERDICTS
    + """
    , seen AS (
        SELECT date_trunc('week', seen_at, 'UTC') AS week, provider, listing_id
        FROM sightings
        WHERE client_id = %(client_id)s AND seen_at >= %(since)s AND seen_at < %(until)s
        GROUP BY 1, 2, 3
    )
    SELECT week, seen.provider, count(*), sum(review_count), count(v.case_id),
        sum(review_count) FILTER (WHERE v.case_id IS NOT NULL)
    FROM seen JOIN listings USING (provider, listing_id) LEFT JOIN verdicts v
        ON v.provider = seen.provider AND v.listing_id = seen.listing_id
            AND v.decision = 'infringing' AND v.from_at < week + interval '7 days'
            AND v.until_at >= week + interval '7 days'
    WHERE listings.client_id = %(client_id)s
    GROUP BY GROUPING SETS ((week, seen.provider), (week))
    """,
    "found": _VERDICTS
    + """
    SELECT date_trunc('week', found_at, 'UTC'), provider, count(*)
    FROM found JOIN cases USING (case_id)
    WHERE client_id = %(client_id)s AND found_at >= %(since)s
    GROUP BY GROUPING SETS ((1, 2), (1))
    """,
    "removed": _VERDICTS
    + """
    SELECT presence, date_trunc('week', noticed_at, 'UTC'), provider, count(DISTINCT p.case_id)
    FROM case_presences p JOIN verdicts v ON v.case_id = p.case_id
        AND v.decision = 'infringing' AND from_at <= noticed_at AND until_at > noticed_at
    WHERE p.client_id = %(client_id)s AND noticed_at >= %(since)s AND noticed_at < %(until)s
    GROUP BY GROUPING SETS ((1, 2, 3), (1, 2))
    """,
    "removal": """
    WITH sent AS (
        SELECT notice_id, case_id, channel,
            min(n.changed_at) FILTER (WHERE n.state = 'sent') AS sent_at
        FROM notices JOIN notice_changes n USING (client_id, notice_id)
        WHERE client_id = %(client_id)s GROUP BY 1, 2, 3
    )
    SELECT channel, count(*), count(gone_at)
    FROM sent LEFT JOIN LATERAL (
        SELECT min(noticed_at) AS gone_at FROM case_presences p
        WHERE p.client_id = %(client_id)s AND p.case_id = sent.case_id AND presence = 'gone'
            AND noticed_at >= sent_at AND noticed_at < %(until)s
    ) AS gone ON true
    WHERE sent_at >= %(since)s AND sent_at < %(until)s GROUP BY channel
    """,
    "prices": """
    SELECT coalesce(decision, 'undecided'), percentile_cont(0.5) WITHIN GROUP (ORDER BY share),
        count(*) FILTER (WHERE share < 1), count(*)
    FROM (
        SELECT DISTINCT ON (provider, listing_id) provider, listing_id, (jsonb_path_query_first(
            signals, '$[*].basis ? (@.kind == "price_compared" && @.against == "floor").share'
            ) #>> '{}')::float8 AS share
        FROM scores WHERE client_id = %(client_id)s
            AND scored_at >= %(week)s AND scored_at < %(until)s
        ORDER BY provider, listing_id, scored_at DESC
    ) AS newest LEFT JOIN (
        SELECT provider, listing_id, decision FROM cases WHERE client_id = %(client_id)s
    ) AS judged USING (provider, listing_id)
    WHERE share IS NOT NULL GROUP BY 1
    """,
    "credits": """
    SELECT date_trunc('week', charged_at, 'UTC'), provider, sum(credits) FROM provider_usage
    WHERE client_id = %(client_id)s AND charged_at >= %(since)s AND charged_at < %(until)s
    GROUP BY GROUPING SETS ((1, 2), (1))
    """,
    "quality": """
    SELECT least(floor(probability * 10), 9), count(*) FILTER (WHERE decision = 'infringing'),
        count(*)
    FROM cases WHERE client_id = %(client_id)s AND decision IN ('infringing', 'not_infringing')
    GROUP BY 1
    """,
}


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one side."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Made:
    """A report with its cost; `peak_mb` is that of the process, Python and polars included."""

    report: Report
    export: Cost
    measured: Cost
    peak_mb: float
    checks_hold: bool


def _made(urls: DatabaseUrls, folder: str) -> Made:
    """In a process of its own, so that its memory is told."""
    objects = ObjectStore(folder)
    with Database(urls) as database:
        began, cpu = time.perf_counter(), time.process_time()
        export_tables(database, objects, CLIENT, WEEK, end_of(WEEK) + timedelta(days=1))
        export = Cost(time.perf_counter() - began, time.process_time() - cpu)
        began, cpu = time.perf_counter(), time.process_time()
        made = make_report(database, objects, CLIENT, WEEK)
        measured = Cost(time.perf_counter() - began, time.process_time() - cpu)
        compared = compare_with_tables(database, made.report)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    holds = all(both.is_equal for both in compared.values())
    return Made(made.report, export, measured, peak_mb, holds)


def _server_cpu_seconds(c: psycopg.Connection) -> float:
    """CPU of all the server's processes, those that have ended included."""
    postmaster = psutil.Process(c.info.backend_pid).parent()
    assert postmaster is not None
    ended = postmaster.cpu_times()
    alive = [process.cpu_times() for process in postmaster.children()]
    return float(
        ended.children_user
        + ended.children_system
        + sum(times.user + times.system for times in alive)
    )


def _ask_postgres(database: Database, name: str) -> tuple[list[tuple[object, ...]], Cost]:
    given = {
        "client_id": CLIENT,
        "since": begin_of(weeks_until(WEEK)[0]),
        "week": begin_of(WEEK),
        "until": end_of(WEEK),
    }
    with database.reading(CLIENT) as c:
        cpu, began = _server_cpu_seconds(c), time.perf_counter()
        rows = c.execute(QUESTIONS[name], given).fetchall()
        seconds = time.perf_counter() - began
        return rows, Cost(seconds, _server_cpu_seconds(c) - cpu)


def _same(report: Report, rows: Mapping[str, list[tuple[object, ...]]]) -> bool:
    """Whether both sides tell the same of each week."""
    listings = {row[0]: row[2:5] for row in rows["listings"] if row[1] is None}
    found = {row[0]: row[2] for row in rows["found"] if row[1] is None}
    spent = {row[0]: row[2] for row in rows["credits"] if row[1] is None}
    for at, week in enumerate(weeks_until(WEEK)):
        seen, reviews, infringing = listings[begin_of(week)]
        share = report.by_week("infringing_share")[at].value
        assert not isinstance(share, Absent)
        told = [
            report.by_week("listings_seen")[at].value == seen,
            report.by_week("reviews_reached")[at].value == reviews,
            round(share * float(str(seen))) == infringing,
            report.by_week("new_infringements")[at].value == found.get(begin_of(week), 0),
            report.by_week("credits")[at].value == spent[begin_of(week)],
        ]
        if not all(told):
            return False
    return True


def measure(urls: DatabaseUrls, folder: str) -> dict[str, float | bool]:
    """Prints the table; the result of one run of both sides."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        made = pool.apply(_made, (urls, folder))
    with Database(urls) as database:
        answered = {name: _ask_postgres(database, name) for name in QUESTIONS}
    print(f"{'':34}{'seconds':>10}{'CPU s':>10}")
    for name, cost in (("export of tables", made.export), ("DuckDB: whole report", made.measured)):
        print(f"{name:34}{cost.seconds:>10.2f}{cost.cpu_seconds:>10.2f}")
    for name, (_, cost) in answered.items():
        print(f"{'Postgres: ' + name:34}{cost.seconds:>10.2f}{cost.cpu_seconds:>10.2f}")
    seconds = sum(cost.seconds for _, cost in answered.values())
    cpu_seconds = sum(cost.cpu_seconds for _, cost in answered.values())
    print(f"{'Postgres: all':34}{seconds:>10.2f}{cpu_seconds:>10.2f}")
    same = _same(made.report, {name: rows for name, (rows, _) in answered.items()})
    print(f"peak of the report's process {made.peak_mb:.0f} MB; the numbers are equal: {same}")
    return {
        "report_seconds": round(made.measured.seconds, 2),
        "report_cpu_seconds": round(made.measured.cpu_seconds, 2),
        "export_seconds": round(made.export.seconds, 2),
        "peak_mb": round(made.peak_mb),
        "postgres_seconds": round(seconds, 2),
        "postgres_cpu_seconds": round(cpu_seconds, 2),
        "cpu_ratio": round(made.measured.cpu_seconds / cpu_seconds, 2),
        "checks_hold": made.checks_hold,
        "same_numbers": same,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--page", type=Path, help="Also write the report's page to this file.")
    given = parser.parse_args()
    with throwaway_database() as (urls, directory):
        objects = ObjectStore(str(directory / "objects"))
        pages = pages_of(QUICK_ROWS if given.quick else ROWS)
        rows = sum(page.count for page in pages)
        admin_url = with_database(urls.admin, database_of(urls.owner))
        with psycopg.connect(admin_url, autocommit=True) as admin:
            size_bytes = fill(admin, objects, pages)
            admin.execute("VACUUM ANALYZE")
        print(f"{rows:,} listings seen in 52 weeks, {size_bytes / 1e6:.0f} MB of Parquet")
        result = measure(urls, objects.location)
        if given.page:
            (key,) = (key for key in objects.keys(f"clients/{CLIENT}/reports") if "html" in key)
            given.page.write_bytes(objects.get(key))
    print(json.dumps({"rows": rows, **result}))


if __name__ == "__main__":
    main()
