"""Assets of group `housekeeping`: what is kept no longer is removed, with counts for operators."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import dagster as dg

from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.retention.dagster_history import remove_past_runs
from infringement_dagster.retention.erase import ClientEraser
from infringement_dagster.retention.expire import read_retentions, remove_expired, turn_months
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.retention import erasure_store
from resources.postgres.retention.spent_credentials import delete_spent

housekeeping_asset = partial(
    dg.asset, group_name="housekeeping", owners=["team:brand-protection"], kinds={"postgres"}
)


@housekeeping_asset(
    description="Partitions of the large tables: the coming months' made, expired ones dropped."
)
def monthly_partitions(database: dg.ResourceParam[Database]) -> dg.MaterializeResult[None]:
    """The months of the large tables, from the oldest that somebody keeps to some ahead."""
    with dagster_failures():
        months = turn_months(database, datetime.now(UTC))
    return dg.MaterializeResult(
        metadata={
            "made": len(months.made),
            "dropped": len(months.dropped),
            "dropped_names": ", ".join(months.dropped) or "none",
        }
    )


@housekeeping_asset(
    deps=[monthly_partitions],
    description="Rows, snapshots and pages that their client keeps no longer are removed.",
)
def kept_history(
    database: dg.ResourceParam[Database], objects: dg.ResourceParam[ObjectStore]
) -> dg.MaterializeResult[None]:
    """The retention of each client, by its own settings."""
    with dagster_failures():
        retentions = read_retentions(database)
        removed = remove_expired(database, objects, retentions, datetime.now(UTC))
    return dg.MaterializeResult(metadata={"clients": len(retentions), **_removed(removed)})


@housekeeping_asset(
    kinds={"dagster"},
    description="Dagster's runs of long ago are removed, or their log where one holds the newest "
    "materialisation of a partition.",
)
def dagster_history(
    context: dg.AssetExecutionContext, database: dg.ResourceParam[Database]
) -> dg.MaterializeResult[None]:
    """The runs that each client keeps, by its own settings."""
    with dagster_failures():
        removed = remove_past_runs(
            context.instance, database, read_retentions(database), datetime.now(UTC)
        )
    return dg.MaterializeResult(metadata=_removed(removed))


@housekeeping_asset(
    description="Counts of failed log-ins, ended sessions, old reset links and devices are removed."
)
def spent_credentials(database: dg.ResourceParam[Database]) -> dg.MaterializeResult[None]:
    """Nothing is kept of log-ins but the audit trail and what still opens something."""
    with dagster_failures(), database.housekeeping() as c:
        removed = delete_spent(c)
    return dg.MaterializeResult(metadata=_removed(removed))


@housekeeping_asset(description="Erasures of clients that were interrupted are finished.")
def finished_erasures(
    context: dg.AssetExecutionContext,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
) -> dg.MaterializeResult[None]:
    """No erasure is left half done."""
    eraser = ClientEraser(database, objects, context.instance, report=lambda _: None)
    with dagster_failures():
        with database.housekeeping() as c:
            clients = erasure_store.unfinished_erasures(c)
        for client_id in clients:
            eraser.erase(client_id)
    return dg.MaterializeResult(metadata={"clients": len(clients)})


def _removed(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {f"removed_{name}": number for name, number in counts.items()}
