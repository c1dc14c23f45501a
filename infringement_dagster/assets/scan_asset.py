"""Declarations that the four assets share, so that operators find them the same way."""

from __future__ import annotations

from functools import partial

import dagster as dg

from infringement_dagster.assets.partitions import client_provider_partitions

scan_asset = partial(
    dg.asset,
    partitions_def=client_provider_partitions,
    group_name="scan",
    owners=["team:brand-protection"],
    io_manager_key="snapshots",
)
