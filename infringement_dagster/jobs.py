"""The jobs: scanning one client at one provider, reporting on one week of it, keeping house."""

from __future__ import annotations

import dagster as dg

from infringement_dagster.assets.client_report import client_report, client_tables
from infringement_dagster.assets.expected_credits import expected_credits
from infringement_dagster.assets.flagged_cases import flagged_cases
from infringement_dagster.assets.housekeeping import (
    dagster_history,
    finished_erasures,
    kept_history,
    monthly_partitions,
    spent_credentials,
)
from infringement_dagster.assets.image_hashes import image_hashes
from infringement_dagster.assets.raw_listings import raw_listings
from infringement_dagster.assets.scores import scores

SCAN_ASSETS = [raw_listings, image_hashes, scores, flagged_cases]

scan_job = dg.define_asset_job(
    "scan",
    selection=dg.AssetSelection.assets(*SCAN_ASSETS),
    description="One scan of one client at one provider: collect, hash, score, flag. "
    "What a backfill would cost tells the job before_a_backfill.",
)

before_a_backfill_job = dg.define_asset_job(
    "before_a_backfill",
    selection=dg.AssetSelection.assets(expected_credits),
    description="What scanning would cost, by client and provider; asks no provider. "
    "Its config names clients and providers, nothing means all.",
)

REPORT_ASSETS = [client_tables, client_report]

report_job = dg.define_asset_job(
    "report",
    selection=dg.AssetSelection.assets(*REPORT_ASSETS),
    description="One week of one client in figures: its tables exported, its report made.",
)

HOUSEKEEPING_ASSETS = [
    monthly_partitions,
    kept_history,
    spent_credentials,
    dagster_history,
    finished_erasures,
]

housekeeping_job = dg.define_asset_job(
    "housekeeping",
    selection=dg.AssetSelection.assets(*HOUSEKEEPING_ASSETS),
    description="Makes the coming months' partitions and removes what is kept no longer.",
)

housekeeping_schedule = dg.ScheduleDefinition(
    name="housekeeping_nightly",
    job=housekeeping_job,
    cron_schedule="17 3 * * *",  # UTC
    description="Keeps house every night.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
