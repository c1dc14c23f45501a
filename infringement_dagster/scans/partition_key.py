"""The partition key of a run: one client at one provider."""

from __future__ import annotations

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from resources.providers.registry import installed

CLIENTS = "clients"  # the name of the dynamic partitions, one a client


class BadPartitionKey(PermanentError):
    """The key does not name one client and one known provider."""


def split_partition_key(key: str) -> tuple[str, Provider]:
    """The client and provider of a partition key; raises `BadPartitionKey`."""
    client_id, _, provider = key.partition("|")
    known = installed().names
    if client_id and provider in known:
        return client_id, provider
    raise BadPartitionKey(
        f"partition {key!r} is not CLIENT|PROVIDER with a provider of {', '.join(known)}"
    )
