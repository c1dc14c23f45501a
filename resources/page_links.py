"""Addresses of the API's pages, for faces that link to them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The pages' addresses; None where nobody said under which address people reach them."""

    base_url: str | None

    def scan(self, client_id: str, scan_id: UUID) -> str | None:
        """Where a scan is shown."""
        return self._below(f"clients/{client_id}/scans/{scan_id}")

    def case(self, client_id: str, case_id: str) -> str | None:
        """Where a case is shown and decided."""
        return self._below(f"clients/{client_id}/cases/{case_id}")

    def _below(self, path: str) -> str | None:
        return None if self.base_url is None else f"{self.base_url.rstrip('/')}/{path}"
