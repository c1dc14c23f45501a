"""Which queued runs may start, fairly over clients; pure, so that fairness can be tested.

Belongs here: choosing among queued runs. Not here: reading the queue or telling Dagster
(`sensors/scan_admission.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Queued(Protocol):
    """A queued run, as much of it as admission looks at."""

    @property
    def client_id(self) -> str:
        """The client that waits."""
        ...


Waiting = TypeVar("Waiting", bound=Queued)


def plan_admissions(queued: Sequence[Waiting], room: int) -> list[Waiting]:
    """At most `room` of the queued runs, the clients taking turns; oldest first within a client.

    `queued` is in order of waiting, so a client with many queued runs delays nobody else's first.
    """
    turns: dict[str, int] = {}
    ordered: list[tuple[int, int, Waiting]] = []
    for position, run in enumerate(queued):
        turn = turns.get(run.client_id, 0)
        turns[run.client_id] = turn + 1
        ordered.append((turn, position, run))
    ordered.sort(key=lambda entry: entry[:2])
    return [run for _, _, run in ordered[: max(room, 0)]]
