"""In which order the workers get the files of the suite: the longest first.

By itself xdist hands out first what has most tests. The longest files have few, and one that is
begun last leaves the other worker without work for as long as it takes.
"""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Files that share processes which one worker then starts once.
_TOGETHER = ("tests/scenarios/crashes",)

SECONDS = {  # of two busy cores
    "tests/scenarios/crashes": 380,
    "tests/api/pages/test_access_for_all.py": 145,
    "tests/deploy/test_wheel.py": 95,
    "tests/scenarios/scan/test_scan.py": 92,
    "tests/cli/test_commands.py": 89,
    "tests/cli/test_stack_processes.py": 88,
    "tests/scenarios/scan/test_faults.py": 79,
}


class LongestFirst(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """Hands out file by file in the order of the collection; a few folders as one."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LongestFirst | None:
    """The order of ours for `--dist loadfile`, otherwise xdist's."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # the collection has the order
    return LongestFirst(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the longest first where workers share the tests."""
    if hasattr(config, "workerinput"):
        names = [item.nodeid for item in items]
        places = {name: place for place, name in enumerate(longest_first(names))}
        items.sort(key=lambda item: places[item.nodeid])


def longest_first(names: list[str]) -> list[str]:
    """The tests with those first whose file is known to take long, then those of many."""
    tests = Counter(map(unit_of, names))

    def rank(name: str) -> tuple[int, int, str]:
        unit = unit_of(name)
        return -SECONDS.get(unit, 0), -tests[unit], unit

    return sorted(names, key=rank)


def unit_of(name: str) -> str:
    """What is handed out in one piece with the test: its file, or its folder."""
    file = name.partition("::")[0]
    folder = str(PurePosixPath(file).parent)
    return folder if folder in _TOGETHER else file
