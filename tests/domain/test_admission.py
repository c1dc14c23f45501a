from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from heapq import heappop, heappush
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.admission import (
    AdmissionPlan,
    ClientLimits,
    ClientUse,
    QueuedRun,
    Situation,
    Turn,
    plan_admissions,
)
from infringement_dagster.domain.listing import Provider

FREE = ClientLimits(runs_max=10_000)


def queue(clients: str, credits: int = 0, provider: Provider = "amazon") -> list[QueuedRun]:
    return [
        QueuedRun(client, UUID(int=number), provider, credits)
        for number, client in enumerate(clients)
    ]


def situation(
    room: int,
    limits: dict[str, ClientLimits] | None = None,
    use: dict[str, ClientUse] | None = None,
    turns: Mapping[str, Turn] | None = None,
    provider_room: int = 10_000,
) -> Situation:
    everyone = dict.fromkeys("abcdefghijklmnopqrstuvwxyz", FREE)
    rooms: dict[Provider, int] = {"amazon": provider_room, "ebay": 10_000}
    return Situation(room, rooms, everyone | (limits or {}), use or {}, turns or {})


def admitted(plan: AdmissionPlan) -> str:
    return "".join(run.client_id for run in plan.admitted)


def one_at_a_time(
    queued: list[QueuedRun], rounds: int, limits: dict[str, ClientLimits] | None = None
) -> str:
    """Who goes when a single slot falls free again and again, the turns kept in between."""
    turns: dict[str, Turn] = {}
    order = ""
    for _ in range(rounds):
        plan = plan_admissions(queued, situation(1, limits, turns=turns))
        turns |= plan.turns
        queued = [run for run in queued if run not in plan.admitted]
        order += admitted(plan)
    return order


def test_a_client_with_many_runs_delays_nobody_elses_first() -> None:
    assert admitted(plan_admissions(queue("aaaaab"), situation(2))) == "ab"


def test_within_a_client_the_oldest_goes_first() -> None:
    queued = queue("aabb")
    plan = plan_admissions(queued, situation(4))
    assert list(plan.admitted) == [queued[0], queued[2], queued[1], queued[3]]


def test_turns_are_remembered_between_single_admissions() -> None:
    assert one_at_a_time(queue("a" * 200 + "b" * 3), 6) == "ababab"


def test_a_newcomer_goes_next_and_has_saved_up_no_turns() -> None:
    turns = plan_admissions(queue("a" * 50), situation(50)).turns
    plan = plan_admissions(queue("a" * 9 + "n" * 9), situation(6, turns=turns))
    assert Counter(admitted(plan)) == Counter("aaannn")


def test_weights_one_two_four_within_a_tenth_over_500_admissions() -> None:
    limits = {
        name: ClientLimits(weight=weight, runs_max=10_000)
        for name, weight in {"a": 1.0, "b": 2.0, "c": 4.0}.items()
    }
    shares = Counter(one_at_a_time(queue("abc" * 400), 500, limits))
    for name, weight in {"a": 1, "b": 2, "c": 4}.items():
        assert shares[name] == pytest.approx(500 * weight / 7, rel=0.1)


def quiet_start_delays(noisy_scans: int, seed: int, slots: int = 4) -> list[float]:
    """Seconds that 20 clients' only runs wait, which arrive while a noisy one's runs execute."""
    random = Random(seed)
    queued = queue("a" * noisy_scans)
    quiet = [QueuedRun(f"quiet-{item}", UUID(int=item), "amazon") for item in range(20)]
    turns: dict[str, Turn] = {}
    ends: list[float] = []
    delays: list[float] = []
    arrival_seconds = random.uniform(60, 120)
    moments = [0.0, arrival_seconds]
    while moments:
        now = heappop(moments)
        ends = [end for end in ends if end > now]
        queued += quiet if now == arrival_seconds else []
        plan = plan_admissions(queued, situation(slots - len(ends), turns=turns))
        turns |= plan.turns
        queued = [run for run in queued if run not in plan.admitted]
        for run in plan.admitted:
            ends.append(now + random.uniform(20, 60))
            heappush(moments, ends[-1])
            delays += [now - arrival_seconds] if run.client_id != "a" else []
    return sorted(delays)


@pytest.mark.parametrize("seed", range(10))
def test_a_client_with_200_scans_at_most_doubles_the_others_p95_start_delay(seed: int) -> None:
    alone, beside_noise = quiet_start_delays(0, seed), quiet_start_delays(200, seed)
    assert len(alone) == len(beside_noise) == 20
    assert beside_noise[18] <= 2 * alone[18]


@pytest.mark.parametrize(
    ("limits", "use", "reason"),
    [
        (ClientLimits(runs_max=2), ClientUse(runs=2), "client_runs"),
        (ClientLimits(runs_max=0), ClientUse(), "client_runs"),
        (ClientLimits(credits_per_day=100), ClientUse(credits_today=96), "credits_day"),
        (ClientLimits(credits_per_month=9), ClientUse(credits_this_month=5), "credits_month"),
    ],
)
def test_a_client_at_its_limit_waits_and_holds_up_nobody(
    limits: ClientLimits, use: ClientUse, reason: str
) -> None:
    queued = queue("aab", credits=5)
    plan = plan_admissions(queued, situation(9, {"a": limits}, {"a": use}))
    assert admitted(plan) == "b"
    assert plan.waiting == {queued[0]: reason, queued[1]: reason}


def test_credits_reserved_by_one_run_are_gone_for_the_next() -> None:
    queued = queue("aaa", credits=40)
    plan = plan_admissions(queued, situation(9, {"a": ClientLimits(1, 9, None, 100)}))
    assert admitted(plan) == "aa"
    assert plan.waiting == {queued[2]: "credits_day"}


def test_a_full_provider_lets_the_clients_other_runs_pass() -> None:
    queued = [*queue("a"), QueuedRun("a", UUID(int=9), "ebay")]
    plan = plan_admissions(queued, situation(9, provider_room=0))
    assert plan.admitted == (queued[1],)
    assert plan.waiting == {queued[0]: "provider_runs"}


def test_without_room_everything_waits_for_capacity() -> None:
    for room in (0, -3):
        plan = plan_admissions(queue("ab"), situation(room))
        assert plan.admitted == ()
        assert set(plan.waiting.values()) == {"capacity"}


@given(
    st.text(alphabet="abcd", max_size=40),
    st.integers(0, 40),
    st.integers(0, 5),
    st.integers(0, 12),
)
def test_no_limit_is_ever_exceeded_and_every_run_has_a_fate(
    clients: str, room: int, runs_max: int, provider_room: int
) -> None:
    queued = queue(clients)
    limits = dict.fromkeys("abcd", ClientLimits(runs_max=runs_max))
    plan = plan_admissions(queued, situation(room, limits, provider_room=provider_room))
    shares = Counter(admitted(plan))
    assert len(plan.admitted) <= min(room, provider_room)
    assert all(taken <= runs_max for taken in shares.values())
    assert set(plan.admitted) | set(plan.waiting) == set(queued)
    assert len(plan.admitted) + len(plan.waiting) == len(queued)
    waiting = {run.client_id for run in plan.waiting if shares[run.client_id] < runs_max}
    if waiting:  # among those that still wait nobody is more than one turn ahead
        assert max(shares.values(), default=0) - min(shares[item] for item in waiting) <= 1
