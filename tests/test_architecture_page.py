"""docs/architecture.md names files and functions that are there, and keeps its walks short."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from resources.settings import PROJECT_DIR

PAGE = (PROJECT_DIR / "docs" / "architecture.md").read_text()
ROOTS = (PROJECT_DIR, PROJECT_DIR / "infringement_dagster")
WORDS = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
NAMED = sorted({re.sub(r"\s+", " ", name) for name in re.findall(r"`([^`]+)`", WORDS)})
FILES = [name for name in NAMED if re.match(r"[\w./-]+\.py(: |$)", name) and "/" in name]
FOLDERS = [name for name in NAMED if re.fullmatch(r"[\w./-]+/", name)]
PHOTO_HOPS_MAX = 9


def test_the_page_names_files_and_folders() -> None:
    assert len(FILES) > 20
    assert len(FOLDERS) > 5


@pytest.mark.parametrize("name", FOLDERS)
def test_each_folder_is_there(name: str) -> None:
    assert any((root / name).is_dir() for root in ROOTS)


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_there_and_defines_the_name(name: str) -> None:
    path, _, defined = name.partition(": ")
    file = next(root / path for root in ROOTS if (root / path).is_file())
    if defined:
        assert defined in _definitions(file)


def test_a_photo_goes_from_its_url_to_the_score_in_nine_hops() -> None:
    start = PAGE.index("**A photo's URL becomes part of a score.**")
    walk = PAGE[start : PAGE.index("All the way", start)]
    assert 3 < walk.count("→") <= PHOTO_HOPS_MAX


def _definitions(file: Path) -> set[str]:
    """The names of the module, those in its classes as `Class.name`."""
    found: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        found.update(_names(node))
        if isinstance(node, ast.ClassDef):
            found.update(f"{node.name}.{name}" for part in node.body for name in _names(part))
    return found


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]
