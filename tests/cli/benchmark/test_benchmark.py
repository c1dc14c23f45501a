from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from infringement_dagster.cli.app import app
from infringement_dagster.cli.benchmark.items import Item, figures_of
from infringement_dagster.cli.benchmark.photos import EDITS
from infringement_dagster.cli.benchmark.systems import OURS, SYSTEMS
from infringement_dagster.cli.benchmark.task_files import (
    RESULT_COLUMNS,
    make_tasks,
    read_results,
    write_results,
)
from infringement_dagster.cli.benchmark.titles import SPELLINGS
from infringement_dagster.cli.matching.tables import UnreadableTableError


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Item]]:
    folder = tmp_path_factory.mktemp("benchmark")
    return folder, make_tasks(folder, seed=5, size=2)


def test_the_same_seed_makes_the_same_tasks_and_another_seed_others(
    made: tuple[Path, list[Item]], tmp_path: Path
) -> None:
    folder, items = made
    assert make_tasks(tmp_path / "again", seed=5, size=2) == items
    assert files_of(tmp_path / "again") == files_of(folder)
    make_tasks(tmp_path / "other", seed=6, size=2)
    assert files_of(tmp_path / "other").keys() != files_of(folder).keys()


def test_what_systems_see_tells_no_answer(made: tuple[Path, list[Item]]) -> None:
    folder, items = made
    for task in ("copied_photos", "titles", "listings"):
        own = [item for item in items if item.task == task]
        assert {item.is_infringing for item in own} == {True, False}
        seen = b"".join(
            content for name, content in files_of(folder / task).items() if name.endswith("csv")
        )
        for word in (*EDITS, *SPELLINGS, "infringing", "copy_cheap", "other_maker"):
            assert word.encode() not in seen.replace(b"plain ", b"")
        ids = [int(item.item_id) for item in own]
        assert abs(np.corrcoef(ids, [item.is_infringing for item in own])[0, 1]) < 0.5
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        answers = list(csv.DictReader(file))
    assert [row["item_id"] for row in answers] == [item.item_id for item in items]
    assert len({item.item_id for item in items}) == len(items)


def test_ties_and_items_without_a_score_are_no_gain() -> None:
    items = [Item("titles", str(n), n < 2, "k", {}) for n in range(4)]
    same = figures_of("titles", items, dict.fromkeys("0123", 0.7), cut=0.5)
    assert (same.auc, same.recall, same.cut_recall, same.cut_false_rate) == (0.5, 0.0, 1.0, 1.0)
    best = figures_of("titles", items, {"0": 3.0, "1": 2.0, "2": 1.0, "3": -4.0})
    assert (best.auc, best.recall, best.cut_recall, best.unscored) == (1.0, 1.0, None, 0)
    lazy = figures_of("titles", items, {"0": 3.0, "2": 1.0})
    assert (lazy.auc, lazy.unscored) == (0.5, 2)


def test_results_that_are_written_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    write_results(path, {"titles": {"1": 0.25, "2": -3.0}, "listings": {"3": 1e3}})
    assert path.read_text().splitlines()[0] == ",".join(RESULT_COLUMNS)
    assert read_results(path) == {"titles": {"1": 0.25, "2": -3.0}, "listings": {"3": 1000.0}}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("task,item_id\ntitles,1", "no column score"),
        ("task,item_id,score\nfaces,1,0.5", "row 2: task 'faces' is none of"),
        ("task,item_id,score\ntitles,1,high", "row 2: score 'high' is no number"),
        ("task,item_id,score\ntitles,1,nan", "row 2: score 'nan' is no number"),
    ],
)
def test_results_that_cannot_be_judged_are_refused(
    content: str, problem: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.csv").write_text(content)
    with pytest.raises(UnreadableTableError, match=problem):
        read_results(tmp_path / "mine.csv")


def test_one_run_prints_every_baseline_and_the_results_handed_in(
    made: tuple[Path, list[Item]], tmp_path: Path
) -> None:
    _, items = made
    perfect = {item.item_id: float(item.is_infringing) for item in items if item.task == "titles"}
    write_results(tmp_path / "perfect.csv", {"titles": perfect})
    told = CliRunner().invoke(
        app,
        ["benchmark", "--folder", str(tmp_path / "b"), "--seed", "5", "--size", "2",
         "--results", str(tmp_path / "perfect.csv")],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    for system in SYSTEMS:
        assert system.name in told.stdout
    lines = [line for line in told.stdout.splitlines() if "perfect" in line]
    assert [line.count("1.000") for line in lines] == [2]
    kept = read_results(tmp_path / "b" / "results" / f"{OURS}-titles.csv")
    assert kept["titles"].keys() == perfect.keys()
