"""How much of each limit a client has used."""

from __future__ import annotations

from dataclasses import dataclass

from api.access import ClientScope
from api.pages.languages.words import gettext
from resources.postgres.clients import limit_store
from resources.postgres.scans import usage_store


@dataclass(frozen=True, slots=True)
class Use:
    """The used part of a limit; None does not limit."""

    label: str
    used: int
    limit: int | None


def uses_of(scope: ClientScope) -> list[Use]:
    """Scans at once and credits, with their limits."""
    limits = limit_store.client_limits(scope.connection, scope.client_id)
    use = usage_store.client_use(scope.connection, scope.client_id)
    return [
        Use(gettext("Scans at once"), use.runs, limits.runs_max),
        Use(gettext("Credits today"), use.credits_today, limits.credits_per_day),
        Use(gettext("Credits this month"), use.credits_this_month, limits.credits_per_month),
    ]
