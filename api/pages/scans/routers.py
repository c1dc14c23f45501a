"""The pages of scans and imports, for the app to include."""

from __future__ import annotations

from typing import Final

from api.pages.scans import imports, scans

SCAN_ROUTERS: Final = (scans.router, imports.router)
