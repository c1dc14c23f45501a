"""Open cases as a table of marketplaces and kinds; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import ViolationType
from resources.postgres.cases.work_query import OpenWork


@dataclass(frozen=True, slots=True)
class WorkTable:
    """How many cases wait, by marketplace and kind; `kinds` are the columns, None is without."""

    kinds: list[ViolationType | None]  # those with most work first
    rows: list[tuple[Provider, list[int]]]  # one number for each kind; most work first
    total: int


def work_table(work: Sequence[OpenWork]) -> WorkTable:
    """The table of the open work; empty where nothing is open."""
    of_kind: dict[ViolationType | None, int] = {}
    of_provider: dict[Provider, int] = {}
    counted = {(item.provider, item.violation_type): item.cases for item in work}
    for item in work:
        of_kind[item.violation_type] = of_kind.get(item.violation_type, 0) + item.cases
        of_provider[item.provider] = of_provider.get(item.provider, 0) + item.cases
    kinds = sorted(of_kind, key=lambda kind: -of_kind[kind])
    providers = sorted(of_provider, key=lambda provider: -of_provider[provider])
    rows = [
        (provider, [counted.get((provider, kind), 0) for kind in kinds]) for provider in providers
    ]
    return WorkTable(kinds, rows, sum(of_kind.values()))
