"""The installation as it stands, asked for in two transactions and of the object store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from api.backend import Backend
from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.late_scans import LATE_AFTER
from resources.objects.store import (
    BadObjectStoreUrl,
    ObjectMissing,
    ObjectStore,
    ObjectStoreUnavailable,
)
from resources.postgres.alerts.health_query import (
    BACKLOGS,
    MAIL_BACKLOGS,
    Backlog,
    ClientCount,
    CreditsToday,
    FailedRuns,
    backlogs,
    credits_today,
    dead_letters,
    failed_runs,
)
from resources.postgres.clients import limit_store
from resources.postgres.clients.limit_store import ProviderLimits
from resources.postgres.scans.installation_query import Reading, readings
from resources.postgres.scans.late_query import DueRun, unfulfilled_runs
from resources.providers.provider_health import TROUBLES_MAX

# A week and a day: the rarest schedule is weekly.
LOOKED_BACK: Final = timedelta(days=8)
ROWS_MAX: Final = 50
_PROBE_KEY: Final = "health/no-such-object"
_PROBE_RETRY_SECONDS: Final = 1.0  # whoever looks waits for it


@dataclass(frozen=True, slots=True)
class LateScan:
    """A client's scans at one provider that were due and have not succeeded; the oldest of them."""

    first: DueRun
    number: int


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """The installation as it stands."""

    readings: Mapping[str, Sequence[Reading]]
    backlogs: Mapping[str, Backlog]
    late: Sequence[LateScan]
    failed: Sequence[FailedRuns]
    dead: Sequence[ClientCount]
    credits: Sequence[CreditsToday]
    client_limits: Mapping[str, ClientLimits]
    provider_limits: Mapping[Provider, ProviderLimits]
    runs_max: int
    store_trouble: str  # empty: it answers
    tasks_down: Sequence[str]
    sends_mail: bool


def health_facts(backend: Backend, tasks_down: Sequence[str], now: datetime) -> HealthFacts:
    """All of it, as of now; raises DatabaseUnavailable."""
    with backend.database.identity() as c:
        mails = backlogs(c, MAIL_BACKLOGS)
    trouble = store_trouble(backend.objects.location)
    with backend.database.admission() as c:
        told = readings(c, TROUBLES_MAX)
        spent = credits_today(c)
        providers = {
            *(row.provider for row in spent),
            *(reading.first for name in ("runs", "provider_up") for reading in told[name]),
        }
        return HealthFacts(
            readings=told,
            backlogs=backlogs(c, BACKLOGS) | mails,
            late=late_scans(unfulfilled_runs(c, now - LOOKED_BACK, now - LATE_AFTER)),
            failed=failed_runs(c, ROWS_MAX),
            dead=dead_letters(c, ROWS_MAX),
            credits=spent,
            client_limits=limit_store.limits_of_clients(c),
            provider_limits=limit_store.limits_of_providers(c, sorted(providers)),
            runs_max=limit_store.instance_runs_max(c),
            store_trouble=trouble,
            tasks_down=tasks_down,
            sends_mail=backend.sends_mail,
        )


def late_scans(rows: Sequence[DueRun]) -> list[LateScan]:
    """One for each client and provider, the one that was due first at the top."""
    ordered = sorted(rows, key=lambda row: (row.client_id, row.provider, row.due_at))
    found = []
    for _, same in groupby(ordered, key=lambda row: (row.client_id, row.provider)):
        first, *later = same
        found.append(LateScan(first, 1 + len(later)))
    return sorted(found, key=lambda late: late.first.due_at)


def store_trouble(location: str) -> str:
    """Why the object store does not answer; empty when it does."""
    try:
        ObjectStore(location, retry_seconds=_PROBE_RETRY_SECONDS).get(_PROBE_KEY)
    except ObjectMissing:
        return ""
    except (ObjectStoreUnavailable, BadObjectStoreUrl) as error:
        return str(error)
    return ""
