"""Credits of the runs that people start in Dagster's UI, past the queue of scans.

Belongs here: reserving what such a run may cost, or refusing it before it asks the vendor for
anything. Not here: how many runs execute at once, which Dagster's own queue holds for these too
(`limited_queue.py`); the admission of requested scans (`queue_pass.py`).
"""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from infringement_dagster.admission import QueuedRun, credits_refusal
from infringement_dagster.matching.errors import PermanentError
from infringement_dagster.matching.listing import Provider
from infringement_dagster.queue_pass import credits_of
from resources.postgres import admission_store, limit_store, scan_store


class CreditsExhausted(PermanentError):
    """The client's day or month has fewer credits left than the run may cost."""


def reserve_credits(c: Connection, client_id: str, scan_id: UUID, provider: Provider) -> None:
    """Guarantees that the most the run may cost is reserved; raises `CreditsExhausted`.

    For a transaction that took the admission lock before any row.
    """
    version = scan_store.get_scan(c, client_id, scan_id).config_version
    run = QueuedRun(client_id, scan_id, provider, credits_of(c, client_id, version, provider))
    limits = limit_store.client_limits(c, client_id)
    use = admission_store.current_use(c, [client_id]).clients[client_id]
    refusal = credits_refusal(run, limits, use)
    if refusal is not None:
        raise CreditsExhausted(
            f"client {client_id!r}: a run at {provider} may cost {run.credits} credits; charged or "
            f"reserved are {use.credits_today} today (limit {limits.credits_per_day}) and "
            f"{use.credits_this_month} this month (limit {limits.credits_per_month}): "
            "raise the limit with `infringement limits`, or start the run later"
        )
    admission_store.reserve(c, run)
