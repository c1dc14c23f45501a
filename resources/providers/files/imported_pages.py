"""Answers questions about imported files from the object store, as a vendor answers others.

Nothing is charged, and no turn is waited for: there is nobody to be spared.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from resources.objects.keys import imported_page_key
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import import_store
from resources.postgres.listings.import_store import ImportRow
from resources.providers.files.provider import DESCRIPTION, EVERY_IMPORT, OBJECT_STORE
from resources.providers.plug_in import Question
from resources.providers.reading import parse_document
from resources.providers.vendor import Answer, Charge, RequestRefused

_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class ImportsAccount:
    """The imported files of one client as one scan may read them, in the place of an account."""

    database: Database
    objects: ObjectStore
    client_id: str
    scan_id: UUID
    name: str = OBJECT_STORE.name

    @property
    def base_url(self) -> str:
        """Where the pages are kept."""
        return self.objects.location

    def client(self, *_: object) -> ImportedPages:
        """Who answers; no turn is waited for, nothing is booked, and nobody can be down."""
        return ImportedPages(self.database, self.objects, self.client_id, self.scan_id)


@dataclass(slots=True)
class ImportedPages:
    """The imports that one scan reads, fixed when it was asked for; an async context manager."""

    database: Database
    objects: ObjectStore
    client_id: str
    scan_id: UUID
    concurrency: int = _AT_ONCE
    charges: list[Charge] = field(default_factory=list)  # none, ever
    _imports: list[ImportRow] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._imports = await asyncio.to_thread(self._read_imports)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        return None

    async def ask(self, question: Question) -> Answer:
        """The page; raises `RequestRefused` where there is no such import, or no page of it."""
        return await asyncio.to_thread(self._answer, question)

    async def price_of(self, _url: str) -> int | None:
        """None: there is nobody who charges."""
        return None

    def _read_imports(self) -> list[ImportRow]:
        with self.database.client(self.client_id) as c:
            return import_store.imports_for_scan(c, self.client_id, self.scan_id)

    def _answer(self, question: Question) -> Answer:
        name, page = question.params["name"], int(question.params["page"])
        wanted = [kept for kept in self._imports if name in (kept.name, EVERY_IMPORT)]
        pages = [(kept, number + 1) for kept in wanted for number in range(kept.page_count)]
        if not 0 < page <= len(pages):
            raise RequestRefused("not_found", self._told(name, page, len(pages)))
        content = self._content(*pages[page - 1], len(pages))
        return Answer(question.endpoint, 200, content, parse_document(content), ())

    def _content(self, kept: ImportRow, number: int, pages: int) -> bytes:
        key = imported_page_key(self.client_id, kept.sha256, kept.reading, number)
        try:
            rows = json.loads(self.objects.get(key))
        except ObjectMissing as error:
            raise RequestRefused("not_found", f"{error}: import {kept.file_name!r} again") from None
        file = {
            "import_id": str(kept.import_id),
            "name": kept.name,
            "file_name": kept.file_name,
            "sha256": kept.sha256,
            "imported_at": kept.imported_at.isoformat(),
        }
        document = {"pages": pages, "file": file, "rows": rows}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    def _told(self, name: str, page: int, pages: int) -> str:
        if pages:
            return f"{name!r} has {pages} pages: there is no page {page}"
        there = ", ".join(sorted(kept.name for kept in self._imports)) or "none"
        return (
            f"client {self.client_id!r} had no import {name!r} when the scan was asked for (those "
            f"there were: {there}): import a file under this name, or search "
            f"{EVERY_IMPORT!r} at {DESCRIPTION.name}"
        )
