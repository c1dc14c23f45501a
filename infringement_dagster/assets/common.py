"""What the four assets declare alike, so that operators find them the same way."""

from __future__ import annotations

from infringement_dagster.partitions import client_provider_partitions

GROUP = "scan"
OWNERS = ["team:brand-protection"]
SNAPSHOTS = "snapshots"
PARTITIONS = client_provider_partitions
