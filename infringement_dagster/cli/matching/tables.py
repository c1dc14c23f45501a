"""CSV files as the commands read and write them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from infringement_dagster.domain.errors import PermanentError
from resources.text import spreadsheet_cell

Row = Mapping[str, str]


class UnreadableTableError(PermanentError):
    """The file is not a CSV with the columns that the command needs."""


def read_table(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV as text by column; a missing cell is "".

    Raises UnreadableTableError when the file or a needed column is missing.
    """
    csv.field_size_limit(10_000_000)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or []
            missing = [column for column in needed if column not in names]
            if missing:
                raise UnreadableTableError(f"{path} has no column {', '.join(missing)}: add it")
            return [{name: row.get(name) or "" for name in names} for row in reader]
    except (OSError, csv.Error) as error:
        raise UnreadableTableError(f"{path} cannot be read as CSV: {error}") from error


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Writes the rows under the columns; raises UnreadableTableError where it may not write.

    No cell is a formula to a spreadsheet: titles are whatever a seller wrote.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(
                {name: spreadsheet_cell(value) for name, value in row.items()} for row in rows
            )
    except OSError as error:
        raise UnreadableTableError(f"{path} cannot be written: {error}") from error


def make_folder(path: Path) -> None:
    """Makes the folder where there is none; raises UnreadableTableError where it may not."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnreadableTableError(f"{path} cannot be made: {error}") from error
