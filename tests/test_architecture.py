"""What import-linter cannot see: imports made by packages themselves, and the shape of the tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from resources.settings import PROJECT_DIR

SOURCES = ("infringement_dagster", "api", "sensors", "resources")


def loaded_by(module: str) -> set[str]:
    """The modules in memory after importing one in a fresh process."""
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_DIR
    )
    return set(done.stdout.split())


def test_the_root_package_imports_nothing() -> None:
    assert "dagster" not in loaded_by("infringement_dagster")


@pytest.mark.parametrize(
    "module", ["infringement_dagster.matching.scoring", "infringement_dagster.clients.onboarding"]
)
def test_core_and_adapters_leave_dagster_out(module: str) -> None:
    assert "dagster" not in loaded_by(module)


def test_only_the_bindings_import_dagster_among_the_adapters() -> None:
    importing = {
        path.relative_to(PROJECT_DIR).as_posix()
        for path in (PROJECT_DIR / "resources").rglob("*.py")
        if "\nimport dagster" in path.read_text() or "\nfrom dagster" in path.read_text()
    }
    assert importing == {"resources/bindings.py"}


def test_files_stay_small() -> None:
    lengths = {
        path.relative_to(PROJECT_DIR).as_posix(): len(path.read_text().splitlines())
        for path in source_files()
    }
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "helpers", "manager", "service", "data", "misc"}
    assert [path for path in source_files() if path.stem in vague] == []


def source_files() -> list[Path]:
    folders = [*SOURCES, "tests", "bench"]
    return [path for folder in folders for path in (PROJECT_DIR / folder).rglob("*.py")]
