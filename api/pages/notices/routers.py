"""The pages of notices, for the app to include."""

from __future__ import annotations

from typing import Final

from api.pages.notices import board, notice

NOTICE_ROUTERS: Final = (board.router, notice.router)
