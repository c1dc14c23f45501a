from __future__ import annotations

from uuid import UUID

from infringement_dagster.scans.tags import partition_tags, scan_id_of, scan_run_tags

SCAN_ID = UUID("5b1f0c9e-3a52-4c1b-9a43-2f6f1d1c7b10")
OF_PARTITION = {
    "dagster/partition": "acme|ebay",
    "dagster/partition/client": "acme",
    "dagster/partition/provider": "ebay",
}


def test_a_run_of_a_partition_gets_the_tags_that_the_queues_runs_have() -> None:
    assert partition_tags(OF_PARTITION) == {"client": "acme", "provider": "ebay"}
    queued = scan_run_tags(SCAN_ID, "acme", "ebay")
    assert partition_tags(queued | OF_PARTITION) == {}
    assert partition_tags({}) == {}  # housekeeping is of no client


def test_the_scan_is_no_chip_in_lists_of_runs() -> None:
    chips = {key for key in scan_run_tags(SCAN_ID, "acme", "ebay") if "dagster/" not in key}
    assert chips == {"client", "provider"}


def test_a_run_of_an_earlier_version_still_names_its_scan() -> None:
    assert scan_id_of(scan_run_tags(SCAN_ID, "acme", "ebay")) == SCAN_ID
    assert scan_id_of({"infringement/scan_id": str(SCAN_ID)}) == SCAN_ID
    assert scan_id_of(OF_PARTITION) is None
