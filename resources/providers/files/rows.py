"""The rows of a file of listings, one by one: CSV, JSON Lines or Parquet, told by its first bytes.

A file is never held whole: of CSV and JSON Lines there is a line in memory, of Parquet a thousand
rows beside the row group that is decoded.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.providers.files.columns import COLUMN_NAMES, NEEDED, Fault, column_name
from resources.providers.reading import Json, decode, parse_document

LINE_MAX_BYTES: Final = 1_000_000
_BATCH_ROWS = 1000
_HEADER_MAX_BYTES = 64_000
_REFUSED: Final[Mapping[bytes, str]] = {
    b"\x1f\x8b": "compressed by gzip: unpack it first",
    b"PK\x03\x04": "a zip archive or a workbook: unpack it, or save the sheet as CSV",
    b"\xff\xfe": "in UTF-16: save it as UTF-8",
    b"\xfe\xff": "in UTF-16: save it as UTF-8",
}


class UnreadableListings(PermanentError):
    """A file that is no table of listings, or has no row that could be kept."""

    problem = ProblemKind(
        422, "unreadable-listings", "No listing in the file", "Correct the file, import it again."
    )


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file; `line` as `Fault` counts it."""

    line: int
    values: Mapping[str, Json]


@dataclass(slots=True)
class ListingFile:
    """The rows of the file at a path, and the columns of which nothing is read."""

    path: Path
    unread_columns: Counter[str] = field(default_factory=Counter)

    def rows(self) -> Iterator[FileRow | Fault]:
        """Every row, or why it cannot be read; raises `UnreadableListings`."""
        with self.path.open("rb") as file:
            first = file.read(4)
            file.seek(0)
            for mark, told in _REFUSED.items():
                if first.startswith(mark):
                    raise UnreadableListings(f"the file is {told}")
            if first == b"PAR1":
                yield from self._parquet_rows()
            elif first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
                yield from self._json_rows(file)
            else:
                yield from self._csv_rows(file)

    def _csv_rows(self, file: BinaryIO) -> Iterator[FileRow | Fault]:
        first_line = decode(file.readline(_HEADER_MAX_BYTES))
        file.seek(0)
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=max(",;\t", key=first_line.count))
        header = self._header(reader)
        while True:
            line = lines.next_line
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                told = f"no row of a table, as for a quote that nothing closes: {error}"
                yield Fault(line, "unreadable_line", told)
                continue
            if len(cells) == len(header):
                yield FileRow(line, dict(zip(header, cells, strict=True)))
            elif cells:
                told = f"it has {len(cells)} cells where the header has {len(header)}"
                yield Fault(line, "unreadable_line", told)

    def _header(self, reader: Iterator[list[str]]) -> list[str]:
        try:
            cells = next(reader, [])
        except csv.Error as error:  # also where lines end as on old Macs
            raise UnreadableListings(
                f"the first line is no header of a table ({error}): save the file as CSV in UTF-8"
            ) from None
        return self._checked([column_name(cell) for cell in cells])

    def _json_rows(self, file: BinaryIO) -> Iterator[FileRow | Fault]:
        lines = _Lines(file)
        line = lines.next_line
        for text in lines:
            if text.strip():
                yield self._json_row(line, text)
            line = lines.next_line

    def _json_row(self, line: int, text: str) -> FileRow | Fault:
        if len(text) >= LINE_MAX_BYTES:
            return Fault(line, "unreadable_line", f"longer than {LINE_MAX_BYTES} bytes")
        try:
            document = parse_document(text.encode(errors="replace"))
        except ValueError as error:
            return Fault(line, "unreadable_line", f"no JSON: {str(error)[:120]}")
        if not isinstance(document, dict):
            return Fault(line, "unreadable_line", "no JSON object")
        values = {column_name(name): value for name, value in document.items()}
        self._note_unread(values)
        return FileRow(line, values)

    def _parquet_rows(self) -> Iterator[FileRow | Fault]:
        # 33 MB that an API process without such a file does not need.
        import polars as pl  # noqa: PLC0415

        try:
            table = pl.scan_parquet(self.path, glob=False)
            columns = {column_name(name): name for name in table.collect_schema().names()}
            self._checked(list(columns))
            read = [name for name in columns if name in COLUMN_NAMES]
            wanted = table.select(columns[name] for name in read)
            batches = wanted.collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True)
            rows = (row for batch in batches for row in batch.iter_rows())
            for line, row in enumerate(rows, start=1):
                yield FileRow(line, dict(zip(read, map(_as_json, row), strict=True)))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise UnreadableListings(f"the file is no whole Parquet: {error}") from None

    def _checked(self, header: list[str]) -> list[str]:
        """The header; raises `UnreadableListings` where it is none of listings."""
        twice = [name for name, times in Counter(header).items() if times > 1]
        if twice:
            raise UnreadableListings(f"the column {twice[0]!r} stands twice in the header")
        missing = sorted(NEEDED.difference(header))
        if missing:
            known = ", ".join(COLUMN_NAMES)
            raise UnreadableListings(
                f"the file has no column {' and '.join(missing)}; what is read: {known}"
            )
        self._note_unread(header)
        return header

    def _note_unread(self, names: Mapping[str, Json] | list[str]) -> None:
        self.unread_columns.update(name[:80] for name in names if name not in COLUMN_NAMES)


class _Lines:
    """The lines of a file as text; of one that is too long, its beginning."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.next_line = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = rest = self._file.readline(LINE_MAX_BYTES)
        if not line:
            raise StopIteration
        while len(rest) == LINE_MAX_BYTES and not rest.endswith(b"\n"):
            rest = self._file.readline(LINE_MAX_BYTES)
        self.next_line += 1
        return decode(line)


def _as_json(value: object) -> Json:
    """The value of a Parquet column as the same in JSON; of other kinds its text."""
    if value is None or isinstance(value, bool | int | Decimal | str):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else Decimal(str(value))  # how a missing number is saved
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return str(value)
