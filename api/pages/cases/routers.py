"""The pages of a case and its parts, for the app to include."""

from __future__ import annotations

from typing import Final

from api.pages.cases import case, evidence, screenshots, team
from api.pages.purchases import part

CASE_ROUTERS: Final = (case.router, evidence.router, screenshots.router, team.router, part.router)
