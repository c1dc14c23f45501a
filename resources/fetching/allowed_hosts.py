"""From where photos may be fetched in this installation."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from resources.fetching.fetcher import PhotoFetcher
from resources.settings import Settings


@dataclass(frozen=True, slots=True)
class PhotoAccess:
    """Addresses that a fetcher may reach beyond public ones, as "host:port" pairs."""

    allowed_private: frozenset[str] = frozenset()

    def fetcher(self) -> PhotoFetcher:
        """A fetcher to be opened and closed within one event loop."""
        return PhotoFetcher(allowed_private=self.allowed_private)


def photo_access(settings: Settings) -> PhotoAccess:
    """Public addresses only, and the sandbox's own where listings come from the sandbox."""
    if not settings.uses_sandbox or settings.sandbox_url is None:
        return PhotoAccess()
    return PhotoAccess(frozenset({urlsplit(settings.sandbox_url).netloc}))
