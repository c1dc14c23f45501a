"""Which items a run's process has in hand, and which were in hand when one died."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.scans.run_store import check_epoch
from resources.postgres.statements import execute, fetch_one


def take_in_hand(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    epoch: int,
    items: Sequence[str],
) -> None:
    """Guarantees that exactly these items are suspected if the process dies; raises LostLease."""
    check_epoch(c, client_id, scan_id, provider, epoch)
    execute(
        c,
        """
        UPDATE runs SET items_in_hand = %(items)s
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        items=list(items),
    )


@dataclass(frozen=True, slots=True)
class _Suspects:
    suspects: dict[str, int]


def suspects(c: Connection, client_id: str, scan_id: UUID, provider: Provider) -> dict[str, int]:
    """How often each item of the run was in hand when its process died."""
    found = fetch_one(
        c,
        _Suspects,
        """
        SELECT suspects FROM runs
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
    )
    return {} if found is None else found.suspects
