"""The pages of notices, for the app to include."""

from __future__ import annotations

from typing import Final

from api.pages.notices import at_once, board, notice, submission

NOTICE_ROUTERS: Final = (board.router, notice.router, submission.router, at_once.router)
