from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.admission import plan_admissions


@dataclass(frozen=True)
class Run:
    client_id: str
    number: int


def queue(clients: str) -> list[Run]:
    return [Run(client, number) for number, client in enumerate(clients)]


def test_a_client_with_many_runs_delays_nobody_elses_first() -> None:
    admitted = plan_admissions(queue("aaaaab"), 2)
    assert [run.client_id for run in admitted] == ["a", "b"]


def test_within_a_client_the_oldest_goes_first() -> None:
    admitted = plan_admissions(queue("aabb"), 4)
    assert admitted == [Run("a", 0), Run("b", 2), Run("a", 1), Run("b", 3)]


def test_without_room_nothing_is_admitted() -> None:
    assert plan_admissions(queue("ab"), 0) == []
    assert plan_admissions(queue("ab"), -3) == []


@given(st.text(alphabet="abcd", max_size=40), st.integers(0, 40))
def test_turns_differ_by_at_most_one_among_clients_that_still_wait(clients: str, room: int) -> None:
    queued = queue(clients)
    admitted = plan_admissions(queued, room)
    assert len(admitted) == min(room, len(queued))
    taken = {c: sum(run.client_id == c for run in admitted) for c in set(clients)}
    waiting = {c for c in taken if taken[c] < clients.count(c)}
    if waiting:
        assert max(taken.values()) - min(taken[c] for c in waiting) <= 1
