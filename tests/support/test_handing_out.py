from __future__ import annotations

from resources.settings import PROJECT_DIR
from tests.support import handing_out
from tests.support.handing_out import longest_first, unit_of


def test_what_takes_long_comes_first_then_what_has_most_tests_each_in_its_own_order() -> None:
    few = ["tests/a/test_few.py::test_z", "tests/a/test_few.py::test_a"]
    many = [f"tests/a/test_many.py::test_{number}" for number in range(3)]
    long = ["tests/cli/test_commands.py::test_only"]
    assert longest_first([*few, *many, *long]) == [*long, *many, *few]


def test_files_that_share_a_stack_are_handed_out_as_one() -> None:
    first, second = "tests/scenarios/crashes/test_a.py::test_1", "tests/scenarios/scan/test_a.py::x"
    assert unit_of(first) == "tests/scenarios/crashes"
    assert unit_of(second) == "tests/scenarios/scan/test_a.py"


def test_all_that_are_said_to_take_long_exist() -> None:
    missing = [unit for unit in handing_out.SECONDS if not (PROJECT_DIR / unit).exists()]
    assert missing == []
