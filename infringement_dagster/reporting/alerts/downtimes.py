"""Providers that are down for so long that people are told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from infringement_dagster.domain.listing import Provider

DOWN_MINUTES: Final = 10  # a provider that is back before is nothing to be told of


@dataclass(slots=True)
class Downtimes:
    """Since when each provider was down at every look; remembered by each process."""

    minutes: float = DOWN_MINUTES
    _since: dict[Provider, datetime] = field(default_factory=dict)

    def of_long(self, down: Collection[Provider], now: datetime) -> dict[Provider, datetime]:
        """Of those that are down now the ones that were for so long, with their beginning."""
        self._since = {name: self._since.get(name, now) for name in down}
        long = timedelta(minutes=self.minutes)
        return {name: since for name, since in self._since.items() if now - since >= long}
