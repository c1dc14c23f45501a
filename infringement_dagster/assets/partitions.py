"""How work is divided: one client at one provider; for reports one client in one week."""

from __future__ import annotations

import warnings
from datetime import date

import dagster as dg

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.report.weeks import week_named
from infringement_dagster.scans.partition_key import CLIENTS
from resources.providers.registry import installed

client_partitions = dg.DynamicPartitionsDefinition(name=CLIENTS)
provider_partitions = dg.StaticPartitionsDefinition(list(installed().names))
client_provider_partitions = dg.MultiPartitionsDefinition(
    {"client": client_partitions, "provider": provider_partitions}
)


def partition_key(client_id: str, provider: Provider) -> dg.MultiPartitionKey:
    """The partition of one client at one provider."""
    return dg.MultiPartitionKey({"client": client_id, "provider": provider})


FIRST_WEEK = "2025-01-06"  # a Monday; the UI offers the weeks from here on, the running one too
week_partitions = dg.WeeklyPartitionsDefinition(start_date=FIRST_WEEK, day_offset=1, end_offset=1)
client_week_partitions = dg.MultiPartitionsDefinition(
    {"client": client_partitions, "week": week_partitions}
)
with warnings.catch_warnings():
    # Beta in Dagster 1.13. Without it a report would seem to depend on every client's scans.
    warnings.simplefilter("ignore", dg.BetaWarning)
    # A week's report reads what all providers left of its client, in earlier weeks too.
    of_same_client = dg.MultiPartitionMapping(
        {"client": dg.DimensionPartitionMapping("client", dg.IdentityPartitionMapping())}
    )


class BadWeekKey(PermanentError):
    """The key does not name one client and one week."""


def week_partition_key(client_id: str, week: date) -> dg.MultiPartitionKey:
    """The partition of one client in one week."""
    return dg.MultiPartitionKey({"client": client_id, "week": week.isoformat()})


def split_week_key(key: str) -> tuple[str, date]:
    """The client and week of a partition key; raises BadWeekKey and NoMonday."""
    client_id, _, week = key.partition("|")
    if not client_id or not week:
        raise BadWeekKey(f"partition {key!r} is not CLIENT|MONDAY")
    return client_id, week_named(week)
