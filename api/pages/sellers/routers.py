"""The pages of sellers and actors, for the app to include."""

from __future__ import annotations

from typing import Final

from api.pages.sellers import actors, sellers

SELLER_ROUTERS: Final = (actors.router, sellers.router)
