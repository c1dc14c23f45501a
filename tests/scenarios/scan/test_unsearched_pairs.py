"""A pair that no config searches: skipped with a reason, and not "Missing" for ever."""

from __future__ import annotations

import dagster as dg

from infringement_dagster.assets.partitions import client_provider_partitions, partition_key
from infringement_dagster.jobs import SCAN_ASSETS
from resources.settings import PROJECT_DIR
from tests.scenarios.scan.conftest import CLIENT
from tests.support.installation import Installation, demo_client, execute_scan
from tests.support.onboarding import save_config

UNSEARCHED = ("amazon", "file", "google_shopping", "walmart")


def missing(instance: dg.DagsterInstance) -> set[tuple[str, str]]:
    """The partitions that a backfill of what is missing would start, by asset."""
    keys = client_provider_partitions.get_partition_keys(dynamic_partitions_store=instance)
    return {
        (asset.key.to_user_string(), key)
        for asset in SCAN_ASSETS
        for key in set(keys) - instance.get_materialized_partitions(asset.key)
    }


def test_after_a_backfill_of_all_pairs_none_is_missing(kelvarra: Installation) -> None:
    search = {"queries": ["kelvarra"], "pages_max": 1, "details_max": 0}
    config = {**demo_client(CLIENT).config, "searches": {"ebay": search}}
    save_config(kelvarra.database, CLIENT, config, created_by="test")
    assert execute_scan(CLIENT, "ebay", {}).success
    with dg.DagsterInstance.from_config(str(PROJECT_DIR)) as instance:
        left = missing(instance)
        assert {key for _, key in left} == {
            partition_key(CLIENT, provider) for provider in UNSEARCHED
        }
        for provider in UNSEARCHED:
            assert execute_scan(CLIENT, provider, {}).success
        assert missing(instance) == set()
