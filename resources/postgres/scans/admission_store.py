"""The queue of all clients, what they use, and the admissions that were decided.

Locks: the admission lock first, then runs, then event counters in order of client, so that no
cycle with a writer of one client is possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.admission import AdmissionPlan, ClientUse, QueuedRun, Turn
from infringement_dagster.domain.event import NewEvent, RunAdmitted, new_event
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import Trigger
from resources.postgres.events.event_store import append_events
from resources.postgres.scans.records import RunRow
from resources.postgres.scans.scan_store import SELECT_RUN
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_one

ADMISSION_LOCK = 0x1AF_0003


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A queued run; `credits` is None until the most that its next try may cost was estimated."""

    client_id: str
    scan_id: UUID
    provider: Provider
    config_version: int
    trigger: Trigger
    credits: int | None


def lock_admission(c: Connection) -> None:
    """Guarantees that nobody else admits before this transaction ends."""
    c.execute("SELECT pg_advisory_xact_lock(%s)", (ADMISSION_LOCK,))


def waiting_runs(c: Connection, limit: int, providers: Sequence[Provider]) -> list[WaitingRun]:
    """At most `limit` queued runs of active clients whose pause is over, longest waiting first.

    Only runs at these providers are looked at.
    """
    return fetch_all(
        c,
        WaitingRun,
        """
        SELECT runs.client_id, scan_id, provider, config_version, trigger,
            CASE WHEN attempt = 0 THEN credits_reserved END AS credits
        FROM runs JOIN scans USING (client_id, scan_id) JOIN clients USING (client_id)
        WHERE runs.state = 'queued' AND clients.state = 'active'
            AND (not_before IS NULL OR not_before <= now())
            AND provider = ANY(%(providers)s)
        ORDER BY queued_at, client_id, scan_id, provider LIMIT %(limit)s
        """,
        limit=limit,
        providers=list(providers),
    )


def forgotten_admissions(c: Connection, seconds: float) -> list[RunRow]:
    """Runs admitted longer ago whose Dagster run has not begun its first step."""
    return fetch_all(
        c,
        RunRow,
        SELECT_RUN
        + """
        WHERE runs.state = 'admitted' AND admitted_at < now() - %(seconds)s * interval '1 second'
        """,
        seconds=seconds,
    )


def keep_estimates(c: Connection, credits_by_run: Mapping[WaitingRun, int]) -> None:
    """Guarantees that the estimates of runs that were never tried need not be made again."""
    execute_many(
        c,
        """
        UPDATE runs SET credits_reserved = %(credits)s
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND attempt = 0
        """,
        [
            {
                "client_id": run.client_id,
                "scan_id": run.scan_id,
                "provider": run.provider,
                "credits": credits_needed,
            }
            for run, credits_needed in credits_by_run.items()
        ],
    )


def reserve(c: Connection, run: QueuedRun) -> None:
    """Guarantees that the run holds its credits on top of what earlier tries were charged."""
    execute(
        c,
        """
        UPDATE runs SET credits_reserved = credits_charged + %(credits)s
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        **_key(run),
        credits=run.credits,
    )


@dataclass(frozen=True, slots=True)
class HeldCredits:
    """The charge of a run, and the credits that it holds beside that."""

    charged: int
    credits: int


def held_credits(c: Connection, run: QueuedRun) -> HeldCredits:
    """The credits of the run; nothing where there is no such run."""
    found = fetch_one(
        c,
        HeldCredits,
        """
        SELECT credits_charged AS charged,
            greatest(coalesce(credits_reserved, 0) - credits_charged, 0) AS credits FROM runs
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        **_key(run),
    )
    return found or HeldCredits(0, 0)


@dataclass(frozen=True, slots=True)
class _Held:
    client_id: str
    provider: Provider
    runs: int
    credits: int


@dataclass(frozen=True, slots=True)
class _Spent:
    client_id: str
    today: int
    month: int


@dataclass(frozen=True, slots=True)
class Use:
    """Present use, by client and by provider."""

    clients: Mapping[str, ClientUse]
    provider_runs: Mapping[Provider, int]

    @property
    def runs(self) -> int:
        """All runs that are admitted or running."""
        return sum(self.provider_runs.values())


def current_use(c: Connection, clients: Sequence[str]) -> Use:
    """Runs of all clients, and the credits that these ones spent and hold reserved."""
    held = fetch_all(
        c,
        _Held,
        """
        SELECT client_id, provider, count(*) AS runs, coalesce(sum(
            greatest(coalesce(credits_reserved, 0) - credits_charged, 0)), 0)::bigint AS credits
        FROM runs WHERE state IN ('admitted', 'running') GROUP BY client_id, provider
        """,
    )
    spent = {item.client_id: item for item in fetch_all(c, _Spent, _SPENT, clients=list(clients))}
    runs: dict[str, int] = defaultdict(int)
    reserved: dict[str, int] = defaultdict(int)
    provider_runs: dict[Provider, int] = defaultdict(int)
    for run in held:
        runs[run.client_id] += run.runs
        reserved[run.client_id] += run.credits
        provider_runs[run.provider] += run.runs
    nothing = _Spent("", 0, 0)
    use = {
        client: ClientUse(
            runs=runs[client],
            credits_today=spent.get(client, nothing).today + reserved[client],
            credits_this_month=spent.get(client, nothing).month + reserved[client],
        )
        for client in {*clients, *runs}
    }
    return Use(use, provider_runs)


# Only clients with a limit are summed up: a month of one client is some thousand index entries.
# What a dead process asked counts in full, as it may have been billed; that of a living one is
# part of its run's reservation.
_SPENT = """
    WITH spent AS (
        SELECT client_id, charged_at, credits FROM provider_usage
        UNION ALL
        SELECT client_id, asked_at, credits_most FROM unsettled_charges AS asked
        WHERE NOT EXISTS (
            SELECT FROM runs WHERE (client_id, scan_id, provider, epoch, state)
                = (asked.client_id, asked.scan_id, asked.provider, asked.epoch, 'running'))
    )
    SELECT client_id, coalesce(sum(credits), 0)::bigint AS month, coalesce(sum(credits)
        FILTER (WHERE charged_at >= date_trunc('day', now(), 'UTC')), 0)::bigint AS today
    FROM spent JOIN client_limits USING (client_id)
    WHERE client_id = ANY(%(clients)s) AND charged_at >= date_trunc('month', now(), 'UTC')
        AND (credits_per_day IS NOT NULL OR credits_per_month IS NOT NULL)
    GROUP BY client_id
"""


@dataclass(frozen=True, slots=True)
class _ClientTurn:
    client_id: str
    started: float
    next: float


def turns(c: Connection) -> dict[str, Turn]:
    """Where every client stands in virtual time that was ever admitted."""
    rows = fetch_all(
        c,
        _ClientTurn,
        "SELECT client_id, started_at_turn AS started, next_turn AS next FROM admission_turns",
    )
    return {row.client_id: Turn(row.started, row.next) for row in rows}


def carry_out(c: Connection, plan: AdmissionPlan) -> list[QueuedRun]:
    """The runs that this call admitted, with their events, turns and the others' reasons to wait.

    A run that was cancelled while the plan was made is not among them.
    """
    admitted = _admit(c, plan.admitted)
    execute_many(
        c,
        """
        UPDATE runs SET wait_reason = %(reason)s
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND state = 'queued' AND wait_reason IS DISTINCT FROM %(reason)s
        """,
        [_key(run) | {"reason": reason} for run, reason in plan.waiting.items()],
    )
    execute_many(
        c,
        """
        INSERT INTO admission_turns (client_id, started_at_turn, next_turn)
        VALUES (%(client_id)s, %(started)s, %(next)s)
        ON CONFLICT (client_id) DO UPDATE
            SET started_at_turn = excluded.started_at_turn, next_turn = excluded.next_turn
        """,
        [
            {"client_id": client_id, "started": turn.started, "next": turn.next}
            for client_id, turn in sorted(plan.turns.items())
        ],
    )
    _append_admitted(c, admitted)
    return admitted


@dataclass(frozen=True, slots=True)
class _Key:
    client_id: str
    scan_id: UUID
    provider: Provider


def _admit(c: Connection, runs: Sequence[QueuedRun]) -> list[QueuedRun]:
    changed = fetch_all(
        c,
        _Key,
        """
        UPDATE runs SET state = 'admitted', admitted_at = now(), wait_reason = NULL,
            credits_reserved = credits_charged + chosen.credits
        FROM unnest(%(clients)s::text[], %(scans)s::uuid[], %(providers)s::text[],
            %(credits)s::integer[]) AS chosen (client_id, scan_id, provider, credits)
        WHERE runs.client_id = chosen.client_id AND runs.scan_id = chosen.scan_id
            AND runs.provider = chosen.provider AND state = 'queued'
        RETURNING runs.client_id, runs.scan_id, runs.provider
        """,
        clients=[run.client_id for run in runs],
        scans=[run.scan_id for run in runs],
        providers=[run.provider for run in runs],
        credits=[run.credits for run in runs],
    )
    keys = {
        (admitted_run.client_id, admitted_run.scan_id, admitted_run.provider)
        for admitted_run in changed
    }
    return [run for run in runs if (run.client_id, run.scan_id, run.provider) in keys]


def _append_admitted(c: Connection, admitted: Sequence[QueuedRun]) -> None:
    events: dict[str, list[NewEvent]] = defaultdict(list)
    for run in admitted:
        admission = new_event(RunAdmitted(run.provider, run.credits), run.scan_id)
        events[run.client_id].append(admission)
    for client_id in sorted(events):
        append_events(c, client_id, events[client_id])


def _key(run: QueuedRun) -> dict[str, object]:
    return {"client_id": run.client_id, "scan_id": run.scan_id, "provider": run.provider}
