"""Rows of Dagster's own storage about runs long past and about one client.

All functions want a transaction of `Database.dagster`. Dagster keeps times without zone, in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import Connection

from resources.postgres.statements import execute, fetch_all

CLIENT_TAG = "dagster/partition/client"


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that has ended; `holds_newest` when a partition's newest materialisation is its own."""

    run_id: str
    holds_newest: bool


def past_runs(c: Connection, client_id: str | None, before: datetime, limit: int) -> list[PastRun]:
    """At most `limit` runs that ended before, of the client or of none, with something to delete.

    One that holds a newest materialisation has nothing to delete once its other events are gone.
    """
    return fetch_all(
        c,
        PastRun,
        """
        WITH past AS (
            SELECT run_id, EXISTS (
                SELECT FROM event_logs newest
                WHERE newest.run_id = runs.run_id
                    AND newest.dagster_event_type = 'ASSET_MATERIALIZATION'
                    AND NOT EXISTS (SELECT FROM event_logs later
                        WHERE later.dagster_event_type = 'ASSET_MATERIALIZATION'
                            AND later.asset_key = newest.asset_key AND later.id > newest.id
                            AND coalesce(later.partition, '') = coalesce(newest.partition, ''))
            ) AS holds_newest
            FROM runs
            WHERE status IN ('SUCCESS', 'FAILURE', 'CANCELED')
                AND update_timestamp < %(before)s AT TIME ZONE 'UTC'
                AND CASE WHEN %(client_id)s::text IS NULL THEN NOT EXISTS (
                        SELECT FROM run_tags tag WHERE tag.run_id = runs.run_id
                            AND tag.key = %(tag)s)
                    ELSE run_id IN (SELECT tag.run_id FROM run_tags tag
                        WHERE tag.key = %(tag)s AND tag.value = %(client_id)s) END
        )
        SELECT run_id, holds_newest FROM past
        WHERE NOT holds_newest OR EXISTS (SELECT FROM event_logs
            WHERE event_logs.run_id = past.run_id AND asset_key IS NULL)
        LIMIT %(limit)s
        """,
        client_id=client_id,
        before=before,
        limit=limit,
        tag=CLIENT_TAG,
    )


def prune_events(c: Connection, run_ids: Sequence[str]) -> int:
    """How many event rows of the runs were deleted: those that belong to no asset."""
    return execute(
        c,
        "DELETE FROM event_logs WHERE run_id = ANY(%(run_ids)s) AND asset_key IS NULL",
        run_ids=list(run_ids),
    )


def runs_of_client(c: Connection, client_id: str, limit: int) -> list[str]:
    """At most `limit` runs that worked for the client, by their tags or by what they wrote.

    What people report in the UI belongs to no run; `forget_client` deletes it.
    """
    return fetch_all(
        c,
        _run_id,
        """
        SELECT run_id FROM run_tags
        WHERE (key IN (%(tag)s, 'client') AND value = %(client_id)s)
            OR (key = 'dagster/partition' AND starts_with(value, %(client_id)s || '|'))
        UNION
        SELECT run_id FROM event_logs
        WHERE starts_with(partition, %(client_id)s || '|') AND run_id <> ''
        LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
        tag=CLIENT_TAG,
    )


# Besides its runs a client is named in logs of ticks and backfills, which go whole, and in caches,
# which Dagster fills again. A tick or backfill that is under way is left to the next erasure.
_FORGET: Mapping[str, LiteralString] = {
    "event_logs": """
        DELETE FROM event_logs WHERE starts_with(partition, %(client_id)s || '|')
            OR run_id = '' AND event ~ %(named)s
    """,
    "asset_check_executions": """
        DELETE FROM asset_check_executions WHERE run_id = '' AND evaluation_event ~ %(named)s
    """,
    "dynamic_partitions": """
        DELETE FROM dynamic_partitions WHERE partition = %(client_id)s
    """,
    "asset_event_tags": """
        DELETE FROM asset_event_tags WHERE value ~ %(named)s
    """,
    "job_ticks": """
        DELETE FROM job_ticks WHERE status <> 'STARTED' AND tick_body ~ %(named)s
    """,
    "backfill_tags": """
        DELETE FROM backfill_tags WHERE backfill_id IN (SELECT key FROM bulk_actions
            WHERE body ~ %(named)s AND status NOT IN ('REQUESTED', 'CANCELING'))
    """,
    "bulk_actions": """
        DELETE FROM bulk_actions
        WHERE body ~ %(named)s AND status NOT IN ('REQUESTED', 'CANCELING')
    """,
    "asset_daemon_asset_evaluations": """
        DELETE FROM asset_daemon_asset_evaluations WHERE asset_evaluation_body ~ %(named)s
    """,
    "asset_keys": """
        UPDATE asset_keys SET cached_status_data = NULL,
            last_materialization = CASE WHEN last_materialization ~ %(named)s THEN NULL
                ELSE last_materialization END
        WHERE last_materialization ~ %(named)s OR cached_status_data ~ %(named)s
    """,
}


def forget_client(c: Connection, client_id: str) -> dict[str, int]:
    """How many rows were deleted or cleared, by table, that named the client beside its runs."""
    named = f"(^|[^a-z0-9-]){client_id}($|[^a-z0-9-])"  # a client's name has no other characters
    return {
        table: execute(c, statement, client_id=client_id, named=named)
        for table, statement in _FORGET.items()
    }


def _run_id(*, run_id: str) -> str:
    return run_id
