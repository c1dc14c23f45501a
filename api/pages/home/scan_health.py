"""How the last scan of each marketplace went; pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.pages.scans.scan_view import RunView, run_views
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import END_STATES
from resources.postgres.scans.records import ScanRow


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """A marketplace with its last scan that ended, and one that is under way."""

    provider: Provider
    last: RunView | None  # None: none of the last scans has ended there
    under_way: UUID | None  # the scan

    @property
    def ended_at(self) -> datetime | None:
        """When the last scan ended there."""
        return self.last.run.finished_at if self.last else None


def health_of(scans: Sequence[ScanRow], searched: Collection[Provider]) -> list[ProviderHealth]:
    """The marketplaces that are searched or were scanned lately, by name; `scans` newest first.

    Re-scores ask no marketplace and say nothing about it.
    """
    asked = [scan for scan in scans if scan.trigger != "rescore"]
    views = [view for scan in asked for view in run_views(scan, {})]
    providers = sorted({*searched, *(view.run.provider for view in views)})
    return [
        _health(provider, [view for view in views if view.run.provider == provider])
        for provider in providers
    ]


def _health(provider: Provider, views: Sequence[RunView]) -> ProviderHealth:
    ended = (view for view in views if view.run.state in END_STATES)
    waiting = (view.run.scan_id for view in views if view.run.state not in END_STATES)
    return ProviderHealth(provider, next(ended, None), next(waiting, None))
