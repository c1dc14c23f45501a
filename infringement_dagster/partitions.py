"""How work is divided: one partition is one client at one provider."""

from __future__ import annotations

import dagster as dg

from infringement_dagster.matching.errors import PermanentError
from infringement_dagster.matching.listing import PROVIDERS, Provider

client_partitions = dg.DynamicPartitionsDefinition(name="clients")
provider_partitions = dg.StaticPartitionsDefinition(list(PROVIDERS))
client_provider_partitions = dg.MultiPartitionsDefinition(
    {"client": client_partitions, "provider": provider_partitions}
)


class BadPartitionKey(PermanentError):
    """The key does not name one client and one known provider."""


def partition_key(client_id: str, provider: Provider) -> dg.MultiPartitionKey:
    """The partition of one client at one provider."""
    return dg.MultiPartitionKey({"client": client_id, "provider": provider})


def split_partition_key(key: str) -> tuple[str, Provider]:
    """The client and provider of a partition key; raises `BadPartitionKey`."""
    client_id, _, name = key.partition("|")
    for provider in PROVIDERS:
        if provider == name and client_id:
            return client_id, provider
    raise BadPartitionKey(
        f"partition {key!r} is not CLIENT|PROVIDER with a provider of {', '.join(PROVIDERS)}"
    )
