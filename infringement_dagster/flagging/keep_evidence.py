"""Keeps what was frozen of listings as evidence of their cases, each linked into the chain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.evidence.chain import ChainEnd, NewManifest
from infringement_dagster.flagging.freeze_evidence import Capture
from resources.postgres.cases import chain_store, evidence_store


def keep_evidence(
    c: Connection, client_id: str, scan_id: UUID, end: ChainEnd, captures: Mapping[UUID, Capture]
) -> None:
    """Guarantees the rows and the link of each case's capture; `end` is held by `lock_chain`."""
    rows = (row for case_id, kept in captures.items() for row in kept.rows(case_id, scan_id))
    evidence_store.put_evidence(c, client_id, rows)
    manifests = [
        NewManifest(case_id, scan_id, kept.manifest_sha256) for case_id, kept in captures.items()
    ]
    chain_store.append_links(c, client_id, end, manifests, datetime.now(UTC))
