"""The benchmark's folder: items for systems, answers for the judge, results that are handed in."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from infringement_dagster.cli.benchmark.items import TASKS, Item, Scores, Task
from infringement_dagster.cli.benchmark.listings import make_listings
from infringement_dagster.cli.benchmark.photos import make_photos
from infringement_dagster.cli.benchmark.titles import make_titles
from infringement_dagster.cli.matching.tables import UnreadableTableError, make_folder, read_table

RESULT_COLUMNS: Final = ("task", "item_id", "score")
_ANSWER_COLUMNS: Final = ("task", "item_id", "infringing", "kind")


def make_tasks(folder: Path, seed: int, size: int) -> list[Item]:
    """The items of all tasks; the folder holds what systems see, and the answers beside it."""
    for task in TASKS:
        make_folder(folder / task)
    items = [
        *make_photos(folder, seed, size),
        *make_titles(seed, size),
        *make_listings(folder, seed, size),
    ]
    for task in TASKS:
        _write_items(folder / task, [item for item in items if item.task == task])
    _write(
        folder / "answers.csv",
        _ANSWER_COLUMNS,
        [(item.task, item.item_id, _yes(item), item.kind) for item in items],
    )
    return items


def _write_items(folder: Path, items: Sequence[Item]) -> None:
    names = ("item_id", *items[0].cells)
    rows = [(item.item_id, *item.cells.values()) for item in items]
    name = "listings.csv" if items[0].task == "listings" else "items.csv"
    _write(folder / name, names, rows)


def write_results(path: Path, scores: Mapping[Task, Scores]) -> None:
    """Guarantees a file as other systems hand it in."""
    rows = [
        (task, item_id, f"{score:.6f}")
        for task, scored in scores.items()
        for item_id, score in scored.items()
    ]
    _write(path, RESULT_COLUMNS, rows)


def read_results(path: Path) -> dict[Task, dict[str, float]]:
    """The scores of a file that was handed in, by task and item.

    Raises UnreadableTableError where a row names no task or its score is no finite number.
    """
    scores: dict[Task, dict[str, float]] = {}
    for number, row in enumerate(read_table(path, RESULT_COLUMNS), start=2):
        task = next((task for task in TASKS if task == row["task"].strip()), None)
        if task is None:
            raise UnreadableTableError(
                f"{path}, row {number}: task {row['task']!r} is none of {', '.join(TASKS)}"
            )
        scores.setdefault(task, {})[row["item_id"].strip()] = _score(path, number, row["score"])
    return scores


def _score(path: Path, number: int, text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise UnreadableTableError(f"{path}, row {number}: score {text!r} is no number")
    return score


def _write(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    # Made-up cells, none of which a spreadsheet takes for a formula: a title's "#" must stay.
    make_folder(path.parent)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)


def _yes(item: Item) -> str:
    return "true" if item.is_infringing else "false"
