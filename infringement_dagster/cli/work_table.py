"""The work on a case as commands show it, whether it was read here or asked of an API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from rich.table import Table
from rich.text import Text

from infringement_dagster.cli.terminal import out
from infringement_dagster.domain.acting.team import NOBODY


def show_work(
    assignee_name: str | None,
    due_on: date | None,
    tags: Sequence[str],
    version: int,
    comments: Iterable[tuple[str, str, datetime]],
) -> None:
    """Prints whose work it is until when, its tags, and who wrote which comments when."""
    table = Table(show_header=False)
    table.add_row("whose work", Text(assignee_name or NOBODY))
    table.add_row("due", str(due_on or "no hurry"))
    table.add_row("tags", Text(", ".join(tags) or "none"))
    table.add_row("version", str(version))
    for comment, name, written_at in comments:
        line = f"{comment} ({name}, {written_at:%Y-%m-%d})"
        table.add_row("comment", Text(line, overflow="fold"))
    out.print(table)
