"""Which queued runs may start, fairly over clients and inside every limit; pure.

Clients take turns by start-time fair queueing: each admission moves a client 1 / weight further in
virtual time, and who stands furthest back goes next. A client that comes back after a pause, or
was held by a limit, joins at the present time: it neither saves up turns nor loses any.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Literal
from uuid import UUID

from infringement_dagster.domain.listing import Provider

WaitReason = Literal[
    "client_runs",  # the client's own limit of runs at once
    "provider_runs",  # the provider's limit of runs at once
    "credits_day",  # what is left of the client's day is less than the run may cost
    "credits_month",
    "capacity",  # every slot of the installation is taken
]


@dataclass(frozen=True, slots=True)
class QueuedRun:
    """A run that waits; `credits` is the most that it may cost."""

    client_id: str
    scan_id: UUID
    provider: Provider
    credits: int = 0


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """Limits of one client; None does not limit. Days and months are those of UTC."""

    weight: float = 1.0
    runs_max: int = 2
    requests_per_minute: int | None = None
    credits_per_day: int | None = None
    credits_per_month: int | None = None


@dataclass(frozen=True, slots=True)
class ClientUse:
    """Use by one client: runs admitted or running, credits charged or reserved."""

    runs: int = 0
    credits_today: int = 0
    credits_this_month: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A client's last admission in virtual time, and the earliest start of its next one."""

    started: float
    next: float


@dataclass(frozen=True, slots=True)
class Situation:
    """All that admission depends on besides the queue; `room` is the installation's free slots."""

    room: int
    provider_room: Mapping[Provider, int]
    limits: Mapping[str, ClientLimits] = field(default_factory=dict)
    use: Mapping[str, ClientUse] = field(default_factory=dict)
    turns: Mapping[str, Turn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdmissionPlan:
    """Who starts, why each other one waits, and where the admitted clients stand afterwards."""

    admitted: tuple[QueuedRun, ...]
    waiting: Mapping[QueuedRun, WaitReason]
    turns: Mapping[str, Turn]


def credits_refusal(run: QueuedRun, limits: ClientLimits, use: ClientUse) -> WaitReason | None:
    """Which of its client's limits of credits the run would exceed, whatever else runs."""
    return _Account.of(limits, use).credits_refusal(run)


def plan_admissions(queued: Sequence[QueuedRun], situation: Situation) -> AdmissionPlan:
    """The plan for these runs, which are in order of waiting; oldest first within a client."""
    return _Planner(situation).plan(queued)


@dataclass(slots=True)
class _Account:
    """Room left to one client while a plan is made."""

    runs: int
    credits_today: float
    credits_this_month: float

    @classmethod
    def of(cls, limits: ClientLimits, use: ClientUse) -> _Account:
        return cls(
            limits.runs_max - use.runs,
            _left(limits.credits_per_day, use.credits_today),
            _left(limits.credits_per_month, use.credits_this_month),
        )

    def refusal(self, run: QueuedRun) -> WaitReason | None:
        return "client_runs" if self.runs <= 0 else self.credits_refusal(run)

    def credits_refusal(self, run: QueuedRun) -> WaitReason | None:
        if run.credits > self.credits_today:
            return "credits_day"
        return "credits_month" if run.credits > self.credits_this_month else None

    def take(self, run: QueuedRun) -> None:
        self.runs -= 1
        self.credits_today -= run.credits
        self.credits_this_month -= run.credits


class _Planner:
    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._room = situation.room
        self._provider_room = dict(situation.provider_room)
        self._accounts: dict[str, _Account] = {}
        self._turns = dict(situation.turns)
        # Virtual time stands at the start of the latest admission.
        self._now = max((turn.started for turn in self._turns.values()), default=0.0)
        self._admitted: list[QueuedRun] = []
        self._waiting: dict[QueuedRun, WaitReason] = {}

    def plan(self, queued: Sequence[QueuedRun]) -> AdmissionPlan:
        queues: dict[str, deque[QueuedRun]] = defaultdict(deque)
        for run in queued:
            queues[run.client_id].append(run)
        heap = [(self._start(client), place, client) for place, client in enumerate(queues)]
        heapify(heap)
        while heap:
            _, place, client = heappop(heap)
            startable = self._next(queues[client])
            if startable is not None:
                self._admit(startable)
                heappush(heap, (self._start(client), place, client))
        changed = {run.client_id: self._turns[run.client_id] for run in self._admitted}
        return AdmissionPlan(tuple(self._admitted), self._waiting, changed)

    def _start(self, client_id: str) -> float:
        turn = self._turns.get(client_id)
        return self._now if turn is None else max(self._now, turn.next)

    def _next(self, queue: deque[QueuedRun]) -> QueuedRun | None:
        """The client's oldest run that may start; those before it wait with their reasons."""
        while queue:
            run = queue.popleft()
            refusal = self._refusal(run)
            if refusal is None:
                return run
            self._waiting[run] = refusal
        return None

    def _refusal(self, run: QueuedRun) -> WaitReason | None:
        own = self._account(run.client_id).refusal(run)
        if own is not None:
            return own
        if self._provider_room.get(run.provider, 0) <= 0:
            return "provider_runs"
        return "capacity" if self._room <= 0 else None

    def _admit(self, run: QueuedRun) -> None:
        start = self._start(run.client_id)
        self._now = start
        weight = self._situation.limits.get(run.client_id, ClientLimits()).weight
        self._turns[run.client_id] = Turn(start, start + 1 / weight)
        self._account(run.client_id).take(run)
        self._provider_room[run.provider] -= 1
        self._room -= 1
        self._admitted.append(run)

    def _account(self, client_id: str) -> _Account:
        account = self._accounts.get(client_id)
        if account is None:
            limits = self._situation.limits.get(client_id, ClientLimits())
            use = self._situation.use.get(client_id, ClientUse())
            account = self._accounts[client_id] = _Account.of(limits, use)
        return account


def _left(limit: int | None, used: int) -> float:
    return float("inf") if limit is None else limit - used
