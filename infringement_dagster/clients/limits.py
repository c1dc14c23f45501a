"""Limits of a client as operators set them, by API and page alike."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from psycopg import Connection

from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.clients.audit import Doer, record
from resources.postgres.clients.limit_store import set_client_limits

WEIGHT_MIN: Final = 0.01
WEIGHT_MAX: Final = 100
RUNS_MAX: Final = 10_000
REQUESTS_MAX: Final = 1_000_000
CREDITS_MAX: Final = 10**12


def change_limits(c: Connection, client_id: str, by: Doer, limits: ClientLimits) -> None:
    """Guarantees all these limits from the next admission and request on, and their audit entry.

    Wants an admission transaction.
    """
    set_client_limits(c, client_id, limits)
    record(c, client_id, by, "limits.changed", **asdict(limits))
