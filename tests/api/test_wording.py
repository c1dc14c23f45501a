"""What tenants are told never sends them to a command line that they do not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from resources.settings import PROJECT_DIR
from tests.api.conftest import CallerOf

# Read by operators alone: commands, the local stack, Dagster's processes and its bindings.
OF_OPERATORS = (
    "infringement_dagster/cli",
    "infringement_dagster/local",
    "infringement_dagster/engine",
    "resources/bindings.py",
)


def texts(path: Path) -> Iterator[str]:
    """All texts of the module but its docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in docstrings:
            yield str(node.value)


def test_no_message_outside_the_commands_names_one() -> None:
    found = [
        (path.relative_to(PROJECT_DIR).as_posix(), text)
        for folder in ("api", "resources", "infringement_dagster", "sensors")
        for path in (PROJECT_DIR / folder).rglob("*.py")
        if not path.relative_to(PROJECT_DIR).as_posix().startswith(OF_OPERATORS)
        for text in texts(path)
        if "`infringement " in text
    ]
    assert found == []


def test_an_unknown_client_is_answered_without_a_command(caller_of: CallerOf) -> None:
    operator = caller_of("", "operator")
    told = operator("GET", "/v1/clients/nobody/cases", expect=404).json()
    assert told["detail"] == "client nobody is unknown; check its id"
