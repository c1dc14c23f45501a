"""`infringement benchmark`: makes the tasks, runs the baselines, judges results handed in."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from infringement_dagster.cli.benchmark.items import FALSE_RATES, TASKS, Item, Task, figures_of
from infringement_dagster.cli.benchmark.systems import SYSTEMS
from infringement_dagster.cli.benchmark.task_files import make_tasks, read_results, write_results
from infringement_dagster.cli.terminal import note, out

FolderOption = Annotated[Path, typer.Option("--folder", help="Where tasks and results go.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="The same seed, the same tasks.")]
SizeOption = Annotated[
    int, typer.Option("--size", min=2, max=500, help="Products, names and listings of each kind.")
]
ResultFiles = Annotated[
    list[Path] | None, typer.Option("--results", help="CSV of another system; may be repeated.")
]


def benchmark(
    folder: FolderOption = Path("benchmark"),
    seed: SeedOption = 1,
    size: SizeOption = 20,
    results: ResultFiles = None,
) -> None:
    """Measures baselines and other systems on copied photos, brands in titles, and listings."""
    given = {path.stem: read_results(path) for path in results or ()}
    items = make_tasks(folder, seed, size)
    for task in TASKS:
        of_task = [item for item in items if item.task == task]
        out.print(_table(task, of_task, folder, given))
    note(f"tasks of seed {seed}, answers.csv and the results of each system: {folder}")


def _table(
    task: Task,
    items: Sequence[Item],
    folder: Path,
    given: Mapping[str, Mapping[Task, Mapping[str, float]]],
) -> Table:
    bad = sum(item.is_infringing for item in items)
    rate = f"recall at {FALSE_RATES[task]:.0%} false"
    title = f"{task}: {bad} infringing, {len(items) - bad} lawful"
    table = Table(
        "system", "AUC", rate, "found at its cut", "false at its cut", "CPU ms", title=title
    )
    for system in SYSTEMS:
        if system.task == task:
            started = time.process_time()
            scores = system.run(folder / task, items)
            cpu_ms = 1000 * (time.process_time() - started) / len(items)
            write_results(
                folder / "results" / f"{_file_name(system.name)}-{task}.csv", {task: scores}
            )
            row = _row(task, items, scores, system.cut)
            table.add_row(system.name, *row, f"{cpu_ms:.1f}")
    for name, scored in given.items():
        if task in scored:
            table.add_row(name, *_row(task, items, scored[task], None), "-")
    return table


def _row(
    task: Task, items: Sequence[Item], scores: Mapping[str, float], cut: float | None
) -> tuple[str, ...]:
    found = figures_of(task, items, scores, cut)
    if found.unscored:
        note(f"{task}: {found.unscored} items without a score count against it")
    own = (found.cut_recall, found.cut_false_rate)
    told = ("-" if share is None else f"{share:.3f}" for share in own)
    return f"{found.auc:.3f}", f"{found.recall:.3f}", *told


def _file_name(system: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in system.lower()).strip("-")
