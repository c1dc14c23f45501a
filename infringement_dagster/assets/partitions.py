"""How work is divided: one partition is one client at one provider."""

from __future__ import annotations

import dagster as dg

from infringement_dagster.domain.listing import PROVIDERS, Provider
from infringement_dagster.scans.partition_key import CLIENTS

client_partitions = dg.DynamicPartitionsDefinition(name=CLIENTS)
provider_partitions = dg.StaticPartitionsDefinition(list(PROVIDERS))
client_provider_partitions = dg.MultiPartitionsDefinition(
    {"client": client_partitions, "provider": provider_partitions}
)


def partition_key(client_id: str, provider: Provider) -> dg.MultiPartitionKey:
    """The partition of one client at one provider."""
    return dg.MultiPartitionKey({"client": client_id, "provider": provider})
