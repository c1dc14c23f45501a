"""The shape of the tree: where import-linter cannot see, and that its contracts catch."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.settings import PROJECT_DIR

SOURCES = ("infringement_dagster", "api", "sensors", "resources")
LINES_MAX = 400
OWN_NAMES_MAX = 25
MODULES_MAX = 16
STANDARD = sys.stdlib_module_names | {"__future__"}


def source_files(*folders: str) -> Iterator[Path]:
    for folder in folders or (*SOURCES, "tests", "bench"):
        yield from (PROJECT_DIR / folder).rglob("*.py")


def named(path: Path) -> str:
    return path.relative_to(PROJECT_DIR).as_posix()


def imports_of(path: Path) -> Iterator[tuple[str, str]]:
    """Each imported module with the name taken from it, "" where the module itself is meant."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def loaded_by(module: str) -> set[str]:
    """The modules in memory after importing one in a fresh process."""
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_DIR
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "infringement_dagster",
        "infringement_dagster.client",
        "infringement_dagster.matching.scoring",
        "resources.objects.store",
    ],
)
def test_core_and_adapters_leave_dagster_out(module: str) -> None:
    assert "dagster" not in loaded_by(module)


def test_the_api_starts_without_the_libraries_of_tables() -> None:
    """Polars and DuckDB, which few requests need, take 33 MB and more of each process."""
    assert loaded_by("api.app").isdisjoint({"polars", "duckdb"})


def test_the_domain_knows_the_standard_library_alone() -> None:
    foreign = {
        (named(path), module)
        for path in source_files("infringement_dagster/domain")
        for module, _ in imports_of(path)
        if module.split(".")[0] not in STANDARD
        and not module.startswith("infringement_dagster.domain")
    }
    assert foreign == set()


def test_only_the_bindings_import_dagster_among_the_adapters() -> None:
    importing = {
        named(path)
        for path in source_files("resources")
        if any(module.split(".")[0] == "dagster" for module, _ in imports_of(path))
    }
    assert importing == {"resources/bindings.py"}


def test_private_names_of_dagster_stay_in_the_engine() -> None:
    users = {named(path) for path in source_files() if re.search(r"dagster\._\w", path.read_text())}
    assert {user for user in users if "engine/" not in user} == set()


def test_what_a_listing_shows_is_a_photo_and_nothing_is_called_one() -> None:
    """`image` stays where others say it: Pillow, imagehash, a vendor's field, the API's fields."""
    names = {
        f"{named(path)}: {name}"
        for path in source_files(*SOURCES)
        if "/migrations/" not in named(path)
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (getattr(node, "id", ""), getattr(node, "arg", ""), getattr(node, "name", ""))
        if name == "one" or "picture" in str(name).lower()
    }
    assert names == set()


def test_files_stay_small() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in source_files()}
    assert {name: length for name, length in lengths.items() if length > LINES_MAX} == {}


def test_no_module_needs_too_many_names_of_ours() -> None:
    taken = {
        named(path): sum(1 for module, _ in imports_of(path) if module.split(".")[0] in SOURCES)
        for path in source_files(*SOURCES)
    }
    assert {name: number for name, number in taken.items() if number > OWN_NAMES_MAX} == {}


def test_rooms_stay_small() -> None:
    folders = {path.parent for path in source_files(*SOURCES) if path.parent.name != "versions"}
    modules = {
        named(folder): len([*folder.glob("*.py")]) - (folder / "__init__.py").exists()
        for folder in folders
    }
    assert {name: number for name, number in modules.items() if number > MODULES_MAX} == {}
    root = PROJECT_DIR / "infringement_dagster"
    assert modules["infringement_dagster"] <= 4
    assert len([*root.glob("*/__init__.py")]) <= 20
    assert modules["resources"] <= 6


def test_each_room_says_what_lives_there() -> None:
    silent = [
        named(path)
        for path in source_files(*SOURCES)
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_docstrings_name_the_thing() -> None:
    """A docstring says what is returned or guaranteed; one that opens with "What" asks first."""
    asking = [
        (named(path), node.lineno)
        for path in source_files(*SOURCES)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and (ast.get_docstring(node) or "").startswith(("What ", "Belongs here", "Not here"))
        for node in node.body[:1]
    ]
    assert asking == []


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "helpers", "manager", "service", "data", "misc"}
    assert [named(path) for path in source_files() if path.stem in vague] == []


SEEDED = {
    "pure": ("infringement_dagster/notices/letter.py", "import psycopg"),
    "domain": ("infringement_dagster/domain/score.py", "import numpy"),
    "layers": (
        "infringement_dagster/photos/freshness.py",
        "import infringement_dagster.flagging.flag_cases",
    ),
    "dagster": ("infringement_dagster/scoring/sellers.py", "import dagster"),
    "adapters": ("resources/objects/keys.py", "import infringement_dagster.scans.progress"),
    "client": ("infringement_dagster/client/errors.py", "import infringement_dagster.domain.event"),
    "postgres": (
        "resources/postgres/events/wakeups.py",
        "import resources.postgres.cases.case_store",
    ),
    "api": ("api/stream/sse.py", "import resources.bindings"),
    "pages": ("api/pages/formatting.py", "import api.routes.cases"),
    "stored": ("api/pages/cases/case_view.py", "import infringement_dagster.matching.scoring"),
    "bench": ("bench/throwaway.py", "import tests.domain.test_case"),
}


@pytest.mark.timeout(300)
def test_each_contract_catches_the_violation_seeded_in_a_copy_of_the_tree(tmp_path: Path) -> None:
    for name in (*SOURCES, "tests", "bench", "pyproject.toml"):
        source = PROJECT_DIR / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".*", "static", "images")
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    for path, line in SEEDED.values():
        file = tmp_path / path
        file.write_text(file.read_text() + f"\n{line}\n")
    checked = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(tmp_path)},
    )
    assert checked.returncode != 0
    configured = (PROJECT_DIR / "pyproject.toml").read_text()
    contracts = dict(re.findall(r'id = "(\w+)"\nname = "([^"]+)"', configured))
    assert set(contracts) == set(SEEDED)
    said = " ".join(checked.stdout.split())
    kept = [name for name, title in contracts.items() if not re.search(_broken(title), said)]
    assert kept == [], checked.stdout + checked.stderr


def _broken(title: str) -> str:
    return re.escape(title) + r" ?BROKEN"
