"""A process that finds one more provider: what it knows of it, and a scan that it runs there.

`python -m tests.support.plugged_in CLIENT PROVIDER CONFIG` prints one JSON document.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from api.pages.clients.config_form import form_of
from api.routes.scans import NewScan
from infringement_dagster.assets.partitions import provider_partitions
from infringement_dagster.cli.installation import open_database
from infringement_dagster.clients.config_checks import ConfigChecks
from infringement_dagster.clients.config_reference import config_schema
from infringement_dagster.scans.admit_runs import credits_of
from infringement_dagster.scans.request import request_scan
from infringement_dagster.scans.tags import scan_run_tags
from resources.postgres.clients import client_store, limit_store
from resources.postgres.database import Database
from resources.providers.registry import installed
from resources.settings import Settings
from tests.support.installation import execute_scan


def known(config: dict[str, object]) -> dict[str, object]:
    """Every place that follows the registry."""
    checks = ConfigChecks()
    wrong = {**config, "searches": {"kelmarkt": {"queries": ["x"], "marketplace": "com"}}}
    try:
        faults = [[asdict(fault) for fault in checks.faults_of(one)] for one in (config, wrong)]
    finally:
        checks.close()
    return {
        "partitions": list(provider_partitions.get_partition_keys()),
        "faults": faults,
        "config": config_schema()["properties"]["searches"]["propertyNames"]["enum"],
        "api": NewScan.model_json_schema()["properties"]["providers"]["anyOf"][0]["items"]["enum"],
        "page": [section.title for section in form_of({}).sections],
    }


def scanned(
    database: Database, client_id: str, provider: str, config: dict[str, object]
) -> dict[str, object]:
    """A scan at the provider, asked for and executed, and what it was to cost."""
    with database.client(client_id) as c:
        version = client_store.save_config(c, client_id, config, "tests")
        credits = credits_of(c, client_id, version, provider)
        scan = request_scan(c, client_id, [provider], requested_by="tests")
    tags = scan_run_tags(scan.scan_id, client_id, provider)
    done = execute_scan(client_id, provider, tags)
    return {"scan_id": scan.scan_id, "success": done.success, "credits_at_most": credits}


def main(client_id: str, provider: str, config_file: str) -> None:
    config = json.loads(Path(config_file).read_text())
    with open_database(Settings()) as database:
        with database.admission() as c:
            limits = limit_store.limits_of_providers(c, installed().names)
        told = known(config) | scanned(database, client_id, provider, config)
    told["limits"] = list(limits)
    sys.stdout.write(f"\n{json.dumps(told, default=str)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
