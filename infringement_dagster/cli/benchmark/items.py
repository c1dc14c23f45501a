"""Items of the benchmark's tasks with their answers, and the figures that a system gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from infringement_dagster.matching.calibration.metrics import (
    Floats,
    area_under_roc,
    share_above,
    threshold_at,
)

Task = Literal["copied_photos", "titles", "listings"]
TASKS: tuple[Task, ...] = get_args(Task)
FALSE_RATES: Mapping[Task, float] = {"copied_photos": 0.01, "titles": 0.01, "listings": 0.05}

Scores = Mapping[str, float]  # by item


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be judged, by its cells alone, with the answer that no system sees."""

    task: Task
    item_id: str  # tells nothing
    is_infringing: bool
    kind: str  # of edit, spelling or case
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one system's scores tell infringing items from lawful ones."""

    auc: float
    recall: float  # at the task's rate of false alarms
    cut_recall: float | None  # at the system's own cut; None where it names none
    cut_false_rate: float | None
    unscored: int


def new_id(rng: np.random.Generator) -> str:
    """An id that tells nothing about the item's answer."""
    return f"{rng.integers(10**12):012}"


def figures_of(
    task: Task, items: Sequence[Item], scores: Scores, cut: float | None = None
) -> Figures:
    """The figures of a system on a task; a score from `cut` on is the system's own alarm.

    An item without a score counts against the system: as its least score where infringing, as its
    greatest where lawful.
    """
    least, greatest = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    found = _scores(items, scores, least, is_infringing=True)
    lawful = _scores(items, scores, greatest, is_infringing=False)
    return Figures(
        area_under_roc(found, lawful),
        share_above(found, threshold_at(lawful, FALSE_RATES[task])),
        None if cut is None else float((found >= cut).mean()),
        None if cut is None else float((lawful >= cut).mean()),
        sum(item.item_id not in scores for item in items),
    )


def _scores(
    items: Sequence[Item], scores: Scores, unscored: float, *, is_infringing: bool
) -> Floats:
    chosen = [item.item_id for item in items if item.is_infringing is is_infringing]
    return np.array([scores.get(item_id, unscored) for item_id in chosen], dtype=np.float64)
