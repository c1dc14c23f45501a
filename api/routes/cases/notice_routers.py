"""The operations on notices, for the app to include."""

from __future__ import annotations

from typing import Final

from api.routes.cases import notice_board, notice_submissions, notices, notices_at_once

NOTICE_ROUTERS: Final = (
    notice_board.router,
    notices.router,
    notice_submissions.router,
    notices_at_once.router,
)
