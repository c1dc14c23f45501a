"""Keeps Dagster's dynamic partitions equal to the clients that exist."""

import dagster as dg

from infringement_dagster.assets.partitions import client_partitions
from infringement_dagster.scans.partition_key import CLIENTS
from resources.postgres.clients import client_store
from resources.postgres.database import Database


@dg.sensor(
    name="client_partitions",
    description="Adds a partition for each new client, so that operators can backfill it.",
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def client_partitions_sensor(
    context: dg.SensorEvaluationContext, database: dg.ResourceParam[Database]
) -> dg.SensorResult | dg.SkipReason:
    """Requests the partitions that are missing."""
    with database.admission() as connection:
        clients = {
            row.client_id
            for row in client_store.list_clients(connection)
            if row.state == "active"  # one that is being erased must not come back
        }
    known = set(context.instance.get_dynamic_partitions(CLIENTS))
    missing = sorted(clients - known)
    if not missing:
        return dg.SkipReason(f"all {len(clients)} active clients have a partition")
    return dg.SensorResult(
        dynamic_partitions_requests=[client_partitions.build_add_request(missing)]
    )
