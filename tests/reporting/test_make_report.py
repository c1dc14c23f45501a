from __future__ import annotations

import io
from dataclasses import replace

import polars as pl
import pytest

from infringement_dagster.domain.report.figures import (
    MEASURES,
    Absent,
    Figure,
    Measure,
    Report,
)
from infringement_dagster.domain.report.weeks import WEEKS_MAX, WeekNotBegun
from infringement_dagster.reporting.check_report import compare_with_tables
from infringement_dagster.reporting.export_tables import export_tables
from infringement_dagster.reporting.make_report import MadeReport, NothingExported, make_report
from infringement_dagster.reporting.measures import NOT_SCANNED
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from resources.postgres.reports import report_store
from tests.support.reported import AFTER, WEEK, ReportedClient, at, offer, told_client
from tests.support.s3_server import ACCESS


def made(database: Database, objects: ObjectStore, client_id: str = "acme") -> MadeReport:
    export_tables(database, objects, client_id, WEEK, AFTER)
    return make_report(database, objects, client_id, WEEK)


def figure(report: Report, measure: Measure, part: str | None = None) -> Figure:
    found = report.find(measure, part)
    assert found is not None, measure
    return found


# By hand from `told_client`.
TOLD: dict[tuple[Measure, str | None], float] = {
    ("listings_seen", None): 5,
    ("listings_seen", "amazon"): 5,
    ("reviews_reached", None): 100 + 20 + 5 + 5,
    ("infringing_reviews_reached", None): 100 + 20,
    ("infringing_share", None): 2 / 5,
    ("suspected_share", None): 1 / 5,
    ("new_infringements", None): 1,
    ("removed_infringements", None): 1,
    ("returned_infringements", None): 0,
    ("repeat_seller_share", None): 1,
    ("notices_sent", None): 2,
    ("days_to_removal", "dmca"): 5,
    ("removed_share", "dmca"): 1 / 2,
    ("removed_share", "no_notice"): 0,
    ("notice_acceptance", None): 1 / 2,
    ("notice_acceptance", "dmca"): 1 / 2,
    ("price_of_floor", "infringing"): 0.45,
    ("price_of_floor", "not_infringing"): 1.2,
    ("price_of_floor", "undecided"): 0.9,
    ("below_floor_share", "infringing"): 1,
    ("below_floor_share", "not_infringing"): 0,
    ("credits", None): 50,
    ("credits_per_infringement", None): 50,
    ("flagged_precision", None): 3 / 4,
    ("flagged_precision", "90-100%"): 3 / 4,
    ("sampled_infringing_share", None): 0,
}


def test_every_measure_is_what_was_counted_by_hand(
    database: Database, objects: ObjectStore
) -> None:
    told_client(database, objects)
    report = made(database, objects).report
    assert {key: figure(report, *key).value for key in TOLD} == pytest.approx(TOLD)
    assert {found.measure for found in report.figures} == set(MEASURES)
    assert report.is_complete


def test_a_report_that_is_made_is_told(database: Database, objects: ObjectStore) -> None:
    told_client(database, objects)
    made(database, objects)
    with database.client("acme") as c:
        last = events_after(c, "acme", 0, 10_000)[-1]
    assert (last.type, last.body) == ("report.made", {"week": WEEK.isoformat()})


def test_weeks_before_are_told_or_say_that_they_are_not(
    database: Database, objects: ObjectStore
) -> None:
    told_client(database, objects)
    seen = made(database, objects).report.by_week("listings_seen")
    assert len(seen) == WEEKS_MAX
    assert [f.value for f in seen[-2:]] == [2, 5]
    assert {f.value for f in seen[:-2]} == {Absent(NOT_SCANNED)}
    found = made(database, objects).report.by_week("new_infringements")
    assert [f.value for f in found[-3:]] == [0, 2, 1]


def test_what_cannot_be_known_says_why(database: Database, objects: ObjectStore) -> None:
    ReportedClient(database, objects)
    report = made(database, objects).report
    for measure in ("listings_seen", "infringing_share", "price_of_floor", "repeat_actor_share"):
        assert isinstance(figure(report, measure).value, Absent)
    assert figure(report, "credits").value == 0
    assert figure(report, "credits_per_infringement").value == Absent(
        "no infringement was found in this week"
    )


def test_the_report_says_what_the_tables_say(database: Database, objects: ObjectStore) -> None:
    told_client(database, objects)
    report = made(database, objects).report
    compared = compare_with_tables(database, report)
    assert {name: both.is_equal for name, both in compared.items()} == dict.fromkeys(compared, True)
    assert {name: both.counted for name, both in compared.items()} == {
        "listings_seen": 5,
        "new_infringements": 1,
        "credits": 50,
        "notices_sent": 2,
        "decided": 5,
    }
    off = replace(report, figures=(replace(figure(report, "credits"), value=49.0),))
    assert not compare_with_tables(database, off)["credits"].is_equal


def test_a_case_opened_by_hand_says_nothing_of_how_good_flags_are(
    database: Database, objects: ObjectStore
) -> None:
    client = told_client(database, objects)
    alone = made(database, objects).report
    scan_id = client.scan(at(4), [offer("G")])
    client.flag(scan_id, "G", at(4), flagged_by="user:ann")
    client.decide("G", "infringing", at(4))
    report = made(database, objects).report
    for part in (None, "90-100%"):
        precision = figure(report, "flagged_precision", part)
        assert precision == figure(alone, "flagged_precision", part)
    assert figure(report, "new_infringements").value == 2  # but it is one
    compared = compare_with_tables(database, report)
    assert {name: both.is_equal for name, both in compared.items()} == dict.fromkeys(compared, True)


def test_a_report_made_again_has_the_same_objects_and_keeps_no_others(
    database: Database, objects: ObjectStore
) -> None:
    client = told_client(database, objects)
    first = made(database, objects).objects
    kept = objects.keys("clients/acme/")
    assert made(database, objects).objects == first
    assert objects.keys("clients/acme/") == kept
    client.charge(client.scan(at(4), [offer("A")]), 7, at(4))
    second = made(database, objects).objects
    assert second.table_key != first.table_key
    assert not {first.table_key, first.page_key} & set(objects.keys("clients/acme/reports"))
    named = [table.object_key for table in tables(database)]
    assert objects.keys("clients/acme/tables") == sorted(named)


def tables(database: Database) -> list[report_store.ExportedTable]:
    with database.client("acme") as c:
        return report_store.tables_of(c, "acme", WEEK)


def test_another_client_changes_nothing(database: Database, objects: ObjectStore) -> None:
    told_client(database, objects)
    alone = made(database, objects).report
    told_client(database, objects, "beta").decide("E", "infringing", at(2))
    assert made(database, objects).report == alone
    beta = made(database, objects, "beta").report
    assert figure(beta, "new_infringements").value == 2


def test_a_running_week_is_told_up_to_now(database: Database, objects: ObjectStore) -> None:
    told_client(database, objects)
    export_tables(database, objects, "acme", WEEK, at(1, 18))
    report = make_report(database, objects, "acme", WEEK).report
    assert not report.is_complete
    assert figure(report, "new_infringements").value == 0
    assert figure(report, "listings_seen").value == 5
    assert all(both.is_equal for both in compare_with_tables(database, report).values())


def test_the_kept_figures_are_those_of_the_parquet_table(
    database: Database, objects: ObjectStore
) -> None:
    told_client(database, objects)
    done = made(database, objects)
    with database.client("acme") as c:
        kept = report_store.get_report(c, "acme", WEEK)
    assert kept.report == done.report
    frame = pl.read_parquet(io.BytesIO(objects.get(done.objects.table_key)))
    assert frame.height == len(done.report.figures)
    row = frame.row(
        by_predicate=(pl.col("measure") == "credits")
        & (pl.col("week") == WEEK)
        & pl.col("part").is_null(),
        named=True,
    )
    assert (row["client_id"], row["value"]) == ("acme", 50)


def test_what_is_missing_is_said(database: Database, objects: ObjectStore) -> None:
    ReportedClient(database, objects)
    with pytest.raises(NothingExported, match="materialise client_tables for acme"):
        make_report(database, objects, "acme", WEEK)
    with pytest.raises(UnknownClient):
        export_tables(database, objects, "nobody", WEEK, AFTER)
    with pytest.raises(WeekNotBegun):
        export_tables(database, objects, "acme", WEEK, at(-1))


def test_a_report_is_made_from_s3_too(
    database: Database, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    objects = ObjectStore(s3_url)
    told_client(database, objects)
    report = made(database, objects).report
    assert {key: figure(report, *key).value for key in TOLD} == pytest.approx(TOLD)


def test_a_snapshot_whose_object_is_gone_fails_the_report(
    database: Database, objects: ObjectStore
) -> None:
    told_client(database, objects)
    objects.delete(objects.keys("clients/acme/snapshots/raw_listings"))
    with pytest.raises(ObjectMissing, match="there is no object"):
        made(database, objects)
    with database.client("acme") as c, pytest.raises(report_store.UnknownReport):
        report_store.get_report(c, "acme", WEEK)
