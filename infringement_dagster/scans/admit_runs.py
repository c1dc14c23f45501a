"""One pass over the queue: read the situation, plan, carry the plan out, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.admission import (
    QueuedRun,
    Situation,
    WaitReason,
    credits_refusal,
    plan_admissions,
)
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.prices import priced_credits_at_most
from resources.postgres.clients import limit_store
from resources.postgres.scans import admission_store, scan_store
from resources.postgres.scans.admission_store import Use, WaitingRun
from resources.providers.registry import installed

LOOKED_AT = 2000
# Dagster starts an admitted run within about two seconds; so many wait there meanwhile, so that a
# slot that falls free is taken at once. Dagster's queue keeps the limit itself.
AHEAD_FACTOR = 2


@dataclass(frozen=True, slots=True)
class QueuePass:
    """The result of one pass: the runs admitted, and how many wait for which reason."""

    admitted: tuple[QueuedRun, ...]
    waiting: Mapping[WaitReason, int]


def pass_over_queue(c: Connection) -> QueuePass:
    """The admissions of this moment, carried out; for an admission transaction.

    Passes at the same moment follow one another, so limits hold however many there are. Runs at a
    provider that was taken away are left to the watch, which ends them.
    """
    admission_store.lock_admission(c)
    waiting = admission_store.waiting_runs(c, LOOKED_AT, installed().names)
    if not waiting:
        return QueuePass((), {})
    queued = _with_credits(c, waiting)
    clients = sorted({run.client_id for run in queued})
    use = admission_store.current_use(c, clients)
    plan = plan_admissions(
        queued,
        Situation(
            room=AHEAD_FACTOR * limit_store.instance_runs_max(c) - use.runs,
            provider_room=_provider_room(c, use),
            limits=limit_store.limits_of_clients(c),
            use=use.clients,
            turns=admission_store.turns(c),
        ),
    )
    admitted = admission_store.carry_out(c, plan)
    return QueuePass(tuple(admitted), Counter(plan.waiting.values()))


def _provider_room(c: Connection, use: Use) -> dict[Provider, int]:
    limits = limit_store.limits_of_providers(c, installed().names)
    return {key: limit.runs_max - use.provider_runs.get(key, 0) for key, limit in limits.items()}


def _with_credits(c: Connection, waiting: Sequence[WaitingRun]) -> list[QueuedRun]:
    fresh = {
        run: 0  # a re-score asks no provider
        if run.trigger == "rescore"
        else credits_of(c, run.client_id, run.config_version, run.provider)
        for run in waiting
        if run.credits is None
    }
    admission_store.keep_estimates(c, fresh)
    return [
        QueuedRun(run.client_id, run.scan_id, run.provider, run.credits or fresh.get(run, 0))
        for run in waiting
    ]


def credits_of(c: Connection, client_id: str, config_version: int, provider: Provider) -> int:
    """The most that a run with this version of the client's config may cost."""
    try:
        config = load_client_config(c, client_id, config_version)
    except PermanentError:
        return 0  # its first step fails before it asks for anything, and says why
    return priced_credits_at_most(c, config, provider)


class CreditsExhausted(PermanentError):
    """The client's day or month has fewer credits left than the run may cost."""


def reserve_credits(c: Connection, client_id: str, scan_id: UUID, provider: Provider) -> None:
    """Guarantees that the most the run may cost is reserved; raises `CreditsExhausted`.

    For a transaction that took the admission lock before any row.
    """
    version = scan_store.get_scan(c, client_id, scan_id).config_version
    credits = credits_of(c, client_id, version, provider)
    _reserve(c, QueuedRun(client_id, scan_id, provider, credits))


def hold_credits(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, credits: int
) -> int:
    """The credits, at most so many, that a running run holds beside what it was charged.

    It holds fewer at first where a price rose since it was admitted, or where an earlier attempt at
    it was charged: what that one read is stored, so the rest of what it held is enough, and it goes
    on with that where the client has no more. Raises `CreditsExhausted` where nothing was charged
    yet, and it holds what it held. For a transaction of its own: it takes the admission lock before
    any row.
    """
    run = QueuedRun(client_id, scan_id, provider, credits)
    held = admission_store.held_credits(c, run)
    if held.credits >= credits:
        return credits
    try:
        with c.transaction():  # undone where it is refused
            admission_store.lock_admission(c)
            admission_store.reserve(c, replace(run, credits=0))
            _reserve(c, run)
    except CreditsExhausted:
        if not held.charged:
            raise
        return held.credits
    return credits


def _reserve(c: Connection, run: QueuedRun) -> None:
    limits = limit_store.client_limits(c, run.client_id)
    use = admission_store.current_use(c, [run.client_id]).clients[run.client_id]
    refusal = credits_refusal(run, limits, use)
    if refusal is not None:
        raise CreditsExhausted(
            f"client {run.client_id!r}: a run at {run.provider} may cost {run.credits} credits; "
            f"charged or reserved are {use.credits_today} today (limit {limits.credits_per_day}) "
            f"and {use.credits_this_month} this month (limit {limits.credits_per_month}): "
            "raise the limit of the client, or start the run later"
        )
    admission_store.reserve(c, run)
