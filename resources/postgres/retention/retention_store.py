"""How long each client's things are kept, and deleting what is kept no longer.

Settings are the operators' (an admission transaction); what deletes wants a housekeeping one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import execute, fetch_all


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days a client's things are kept.

    `scan_details_days` is for what a scan saw, left out and scored; `snapshots_days` also for the
    pages that the snapshots were made of.
    """

    events_days: int = 180
    scan_details_days: int = 365
    usage_days: int = 760
    snapshots_days: int = 90
    dagster_runs_days: int = 30


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run of which snapshots and pages are kept."""

    scan_id: UUID
    provider: Provider


_SELECT = """
    SELECT client_id, events_days, scan_details_days, usage_days, snapshots_days, dagster_runs_days
    FROM client_retention
"""


def retention_of_clients(c: Connection) -> dict[str, Retention]:
    """The settings of every client, those without a row included."""
    clients = fetch_all(c, _client_id, "SELECT client_id FROM clients ORDER BY client_id")
    set_ones = dict(fetch_all(c, _of_client, _SELECT))
    return {client_id: set_ones.get(client_id, Retention()) for client_id in clients}


def retention_of(c: Connection, client_id: str) -> Retention:
    """The client's settings; in its own transaction too."""
    found = fetch_all(
        c, _of_client, _SELECT + "WHERE client_id = %(client_id)s", client_id=client_id
    )
    return dict(found).get(client_id, Retention())


def set_retention(c: Connection, client_id: str, retention: Retention) -> None:
    """Guarantees these settings from the next housekeeping on; raises RefusedRow."""
    execute(
        c,
        """
        INSERT INTO client_retention (client_id, events_days, scan_details_days, usage_days,
            snapshots_days, dagster_runs_days)
        VALUES (%(client_id)s, %(events_days)s, %(scan_details_days)s, %(usage_days)s,
            %(snapshots_days)s, %(dagster_runs_days)s)
        ON CONFLICT (client_id) DO UPDATE SET events_days = excluded.events_days,
            scan_details_days = excluded.scan_details_days, usage_days = excluded.usage_days,
            snapshots_days = excluded.snapshots_days,
            dagster_runs_days = excluded.dagster_runs_days, updated_at = now()
        """,
        **asdict(retention) | {"client_id": client_id},
    )


def longest(retentions: Collection[Retention]) -> Retention:
    """The longest retention of all clients, setting by setting; the defaults without a client."""
    named = [asdict(retention) for retention in retentions] or [asdict(Retention())]
    return Retention(
        **{name: max(setting[name] for setting in named) for name in asdict(Retention())}
    )


def make_months(c: Connection, ahead: int) -> list[str]:
    """The partitions that were made: this month's where missing and those of `ahead` more."""
    return fetch_all(c, _name, "SELECT make_months(%(ahead)s) AS name ORDER BY 1", ahead=ahead)


# A case shows the score of the scan that flagged it last, however old.
_MONTHLY: Mapping[str, tuple[str, bool]] = {
    "events": ("events_days", False),
    "item_outcomes": ("scan_details_days", False),
    "sightings": ("scan_details_days", False),
    "scores": ("scan_details_days", True),
    "provider_usage": ("usage_days", False),
}


def drop_months(c: Connection, retention: Retention, now: datetime) -> list[str]:
    """The partitions that were dropped: those of which `retention` keeps nothing.

    Those of `scores` only when they are empty: cases keep some of their rows.
    """
    return [
        name
        for table, (days, only_empty) in _MONTHLY.items()
        for name in fetch_all(
            c,
            _name,
            "SELECT drop_months(%(parent)s, %(before)s, %(only_empty)s) AS name",
            parent=table,
            before=now - timedelta(days=asdict(retention)[days]),
            only_empty=only_empty,
        )
    ]


# Deliveries of events that are gone could neither be sent nor shown.
_DELETE_EXPIRED: Mapping[str, LiteralString] = {
    "events": """
        DELETE FROM events WHERE client_id = %(client_id)s AND created_at < %(events_before)s
    """,
    "webhook_deliveries": """
        DELETE FROM webhook_deliveries WHERE client_id = %(client_id)s AND event_no < coalesce(
            (SELECT min(event_no) FROM events WHERE client_id = %(client_id)s),
            (SELECT last_event_no + 1 FROM clients WHERE client_id = %(client_id)s))
    """,
    "alert_mails": """
        DELETE FROM alert_mails WHERE client_id = %(client_id)s AND ended_at < %(events_before)s
    """,
    "item_outcomes": """
        DELETE FROM item_outcomes
        WHERE client_id = %(client_id)s AND recorded_at < %(scan_details_before)s
    """,
    "sightings": """
        DELETE FROM sightings
        WHERE client_id = %(client_id)s AND seen_at < %(scan_details_before)s
    """,
    "scores": """
        DELETE FROM scores
        WHERE client_id = %(client_id)s AND scored_at < %(scan_details_before)s
            AND NOT EXISTS (SELECT FROM cases WHERE cases.client_id = %(client_id)s
                AND cases.scan_id = scores.scan_id AND cases.provider = scores.provider
                AND cases.listing_id = scores.listing_id)
    """,
    "provider_usage": """
        DELETE FROM provider_usage
        WHERE client_id = %(client_id)s AND charged_at < %(usage_before)s
    """,
}


def delete_expired(
    c: Connection, client_id: str, retention: Retention, now: datetime
) -> dict[str, int]:
    """How many rows were deleted, by table; only expired ones, and none that a case shows."""
    before = {
        f"{name}_before": now - timedelta(days=asdict(retention)[f"{name}_days"])
        for name in ("events", "scan_details", "usage")
    }
    return {
        table: execute(c, statement, client_id=client_id, **before)
        for table, statement in _DELETE_EXPIRED.items()
    }


def runs_to_clear(c: Connection, client_id: str, before: datetime) -> list[KeptRun]:
    """Ended runs of which only expired snapshots are kept, none of them a partition's newest."""
    return fetch_all(
        c,
        KeptRun,
        """
        WITH newest AS (
            SELECT DISTINCT ON (provider, asset) scan_id, provider FROM snapshots
            WHERE client_id = %(client_id)s
            ORDER BY provider, asset, created_at DESC, snapshot_id
        )
        SELECT scan_id, provider
        FROM snapshots JOIN runs USING (client_id, scan_id, provider)
        WHERE client_id = %(client_id)s AND runs.finished_at < %(before)s
            AND NOT EXISTS (SELECT FROM newest
                WHERE (newest.scan_id, newest.provider) = (snapshots.scan_id, snapshots.provider))
        GROUP BY scan_id, provider HAVING max(snapshots.created_at) < %(before)s
        ORDER BY scan_id, provider
        """,
        client_id=client_id,
        before=before,
    )


def snapshot_keys(c: Connection, client_id: str, run: KeptRun) -> list[str]:
    """The objects of the run's snapshots."""
    return fetch_all(
        c,
        _name,
        """
        SELECT object_key AS name FROM snapshots
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        client_id=client_id,
        **asdict(run),
    )


def past_exports(c: Connection, client_id: str, before: datetime) -> list[str]:
    """The objects of tables exported before, but for those of the newest week."""
    return fetch_all(
        c,
        _name,
        """
        SELECT object_key AS name FROM exported_tables
        WHERE client_id = %(client_id)s AND exported_at < %(before)s AND week < (
            SELECT max(week) FROM exported_tables WHERE client_id = %(client_id)s)
        ORDER BY object_key
        """,
        client_id=client_id,
        before=before,
    )


def delete_exports(c: Connection, client_id: str, object_keys: Sequence[str]) -> int:
    """How many exported tables are known no more: those of these objects."""
    return execute(
        c,
        """
        DELETE FROM exported_tables
        WHERE client_id = %(client_id)s AND object_key = ANY(%(object_keys)s)
        """,
        client_id=client_id,
        object_keys=list(object_keys),
    )


def past_imports(c: Connection, client_id: str, before: datetime) -> list[str]:
    """The digests of files that were imported before, none of them the newest of a name."""
    return fetch_all(
        c,
        _name,
        """
        WITH newest AS (
            SELECT DISTINCT ON (name) sha256 FROM listing_imports WHERE client_id = %(client_id)s
            ORDER BY name, imported_at DESC, import_id DESC
        )
        SELECT sha256 AS name FROM listing_imports
        WHERE client_id = %(client_id)s AND sha256 NOT IN (SELECT sha256 FROM newest)
        GROUP BY sha256 HAVING max(imported_at) < %(before)s ORDER BY sha256
        """,
        client_id=client_id,
        before=before,
    )


def delete_imports(c: Connection, client_id: str, files: Sequence[str]) -> int:
    """How many imports are known no more: those of the files with these digests."""
    return execute(
        c,
        """
        DELETE FROM listing_imports WHERE client_id = %(client_id)s AND sha256 = ANY(%(files)s)
        """,
        client_id=client_id,
        files=list(files),
    )


def kept_as_evidence(c: Connection, client_id: str, object_keys: Sequence[str]) -> set[str]:
    """Those of the objects that are evidence of a case."""
    return set(
        fetch_all(
            c,
            _name,
            """
            SELECT DISTINCT object_key AS name FROM evidence
            WHERE client_id = %(client_id)s AND object_key = ANY(%(object_keys)s)
            """,
            client_id=client_id,
            object_keys=list(object_keys),
        )
    )


def delete_snapshots(c: Connection, client_id: str, object_keys: Sequence[str]) -> int:
    """How many snapshots are known no more: those of these objects."""
    return execute(
        c,
        """
        DELETE FROM snapshots
        WHERE client_id = %(client_id)s AND object_key = ANY(%(object_keys)s)
        """,
        client_id=client_id,
        object_keys=list(object_keys),
    )


def _of_client(*, client_id: str, **days: int) -> tuple[str, Retention]:
    return client_id, Retention(**days)


def _client_id(*, client_id: str) -> str:
    return client_id


def _name(*, name: str) -> str:
    return name
