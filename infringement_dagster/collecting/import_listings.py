"""Takes a file of listings in: each row becomes a listing that scans of `file` read, or a fault.

The file, its pages and its faults are objects under the file's digest, written before the row that
names them. An import that is killed leaves objects that the next one of the file writes again, the
same ones; two at once write the same bytes, and the second finds the first one's row.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from resources.objects.keys import imported_faults_key, imported_file_key, imported_page_key
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import Doer, record
from resources.postgres.database import Database
from resources.postgres.listings import import_store
from resources.postgres.listings.import_store import ImportRow, NewImport
from resources.providers.files.columns import Fault, RowDocument, read_row
from resources.providers.files.provider import DESCRIPTION, EVERY_IMPORT
from resources.providers.files.rows import ListingFile, UnreadableListings
from resources.text import clean_text

READING: Final = 1  # raised when rows are read otherwise: files are read anew then
ROWS_MAX: Final = 250_000  # a step of a scan may take half an hour
PAGE_ROWS: Final = 1000
NAME_MAX_CHARS: Final = 100
FILE_NAME_MAX_CHARS: Final = 200
_NAMELESS = "listings"
_UNREAD_MAX = 50
_FAULTS_TOLD = 3


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as somebody gave it; a later one of the same name replaces it in scans."""

    path: Path
    file_name: str
    name: str

    @staticmethod
    def named(path: Path, file_name: str, name: str | None) -> GivenFile:
        """The file under its own name without the ending, where no other is given."""
        written = clean_text(Path(file_name).name, FILE_NAME_MAX_CHARS) or _NAMELESS
        own = clean_text(name or Path(written).stem, NAME_MAX_CHARS)
        return GivenFile(path, written, own or _NAMELESS)


@dataclass(slots=True)
class _Reading:
    """The counts of a file while it is read; its ids as digests, 8 bytes of each."""

    stored: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    first_faults: list[Fault] = field(default_factory=list)
    ids: set[int] = field(default_factory=set)

    def take(self, line: int, row: RowDocument | Fault) -> RowDocument | Fault:
        """The same, counted; a listing whose id came before is a fault."""
        if not isinstance(row, Fault):
            digest = hashlib.blake2b(str(row["listing_id"]).encode(), digest_size=8).digest()
            number = int.from_bytes(digest)
            if number not in self.ids:
                self.ids.add(number)
                self.stored += 1
                return row
            told = f"the listing {row['listing_id']} stands earlier in the file"
            row = Fault(line, "repeated", told)
        self.outcomes[row.reason] += 1
        if len(self.first_faults) < _FAULTS_TOLD:
            self.first_faults.append(row)
        return row

    @property
    def row_count(self) -> int:
        """How many rows were taken."""
        return self.stored + self.outcomes.total()


@dataclass(frozen=True, slots=True)
class ListingImport:
    """One file on its way into one client's listings."""

    database: Database
    objects: ObjectStore
    client_id: str
    given: GivenFile
    by: Doer

    def run(self) -> ImportRow:
        """The import; of a file that is the newest of its name already, that import.

        Raises `UnknownClient`, and `UnreadableListings` where no row can be kept: what the name
        stood for before stays.
        """
        with self.database.client(self.client_id) as c:
            client_store.get_client(c, self.client_id)
        sha256 = _sha256_of(self.given.path)
        known = self._known(sha256)
        if known is not None:
            return known
        self.objects.put_file_once(imported_file_key(self.client_id, sha256), self.given.path)
        read = self._read(sha256)
        with self.database.client(self.client_id) as c:
            import_store.lock_imports(c, self.client_id)
            newest = import_store.newest_of(c, self.client_id, self.given.name)
            if newest is not None and _is_same(newest, sha256):
                return newest
            return self._add(c, read)

    def _add(self, c: Connection, read: NewImport) -> ImportRow:
        told = {"file_name": read.file_name, "stored": read.stored, "failed": read.failed}
        record(c, self.client_id, self.by, "listings.imported", read.name, **told)
        return import_store.add_import(c, self.client_id, read, self.by.principal)

    def _known(self, sha256: str) -> ImportRow | None:
        with self.database.client(self.client_id) as c:
            newest = import_store.newest_of(c, self.client_id, self.given.name)
        return newest if newest is not None and _is_same(newest, sha256) else None

    def _read(self, sha256: str) -> NewImport:
        file, reading = ListingFile(self.given.path), _Reading()
        with tempfile.TemporaryDirectory(prefix="infringement-import-") as folder:
            faults = Path(folder) / "faults.jsonl"
            pages = self._keep_pages(sha256, _rows(file, reading, faults))
            if not reading.stored:
                raise self._nothing(reading)
            key = imported_faults_key(self.client_id, sha256, READING)
            self.objects.put_file_once(key, faults)
        skipped = reading.outcomes["repeated"]
        return NewImport(
            self.given.name,
            self.given.file_name,
            sha256,
            READING,
            row_count=reading.row_count,
            stored=reading.stored,
            skipped=skipped,
            failed=reading.outcomes.total() - skipped,
            page_count=pages,
            unread_columns=tuple(sorted(file.unread_columns)[:_UNREAD_MAX]),
        )

    def _keep_pages(self, sha256: str, rows: Iterator[RowDocument]) -> int:
        """How many pages the rows came to."""
        number = 0
        for number, page in enumerate(_paged(rows), start=1):
            key = imported_page_key(self.client_id, sha256, READING, number)
            content = json.dumps(page, ensure_ascii=False, separators=(",", ":"), default=float)
            self.objects.put_once(key, content.encode())
        return number

    def _nothing(self, reading: _Reading) -> UnreadableListings:
        told = "; ".join(f"line {fault.line}: {fault.detail}" for fault in reading.first_faults)
        return UnreadableListings(
            f"client {self.client_id!r}: none of the {reading.row_count} rows of "
            f"{self.given.file_name} can be kept ({told or 'it has no rows'}); nothing was imported"
        )


def first_faults(objects: ObjectStore, client_id: str, kept: ImportRow, most: int) -> list[Fault]:
    """The first faults of the import, in the order of the file, at most so many."""
    text = b""
    for piece in objects.pieces(imported_faults_key(client_id, kept.sha256, kept.reading)):
        text += piece
        if text.count(b"\n") >= most:
            break
    lines = text.split(b"\n")[:-1]
    return [Fault(**json.loads(line)) for line in lines[:most]]


def is_searched(c: Connection, client_id: str, name: str) -> bool:
    """Whether scans under the client's newest config read the files of this name."""
    try:
        searches = load_client_config(c, client_id).searches
    except client_store.NoConfig:
        return False
    search = searches.get(DESCRIPTION.name)
    return search is not None and not {name, EVERY_IMPORT}.isdisjoint(search.queries)


def _is_same(kept: ImportRow, sha256: str) -> bool:
    return (kept.sha256, kept.reading) == (sha256, READING)


def _rows(file: ListingFile, reading: _Reading, faults: Path) -> Iterator[RowDocument]:
    """The rows that become listings; the faults of the others are written to the file."""
    with faults.open("w", encoding="utf-8") as lines:
        for given in file.rows():
            row = given if isinstance(given, Fault) else read_row(given.line, given.values)
            taken = reading.take(given.line, row)
            if reading.row_count > ROWS_MAX:
                raise UnreadableListings(f"the file has more than {ROWS_MAX:,} rows: split it")
            if isinstance(taken, Fault):
                lines.write(json.dumps(asdict(taken), ensure_ascii=False) + "\n")
            else:
                yield taken


def _paged(rows: Iterator[RowDocument]) -> Iterator[list[RowDocument]]:
    page: list[RowDocument] = []
    for row in rows:
        page.append(row)
        if len(page) == PAGE_ROWS:
            yield page
            page = []
    if page:
        yield page


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
