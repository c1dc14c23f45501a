"""The job that scans one client at one provider."""

from __future__ import annotations

import dagster as dg

from infringement_dagster.assets.flagged_cases import flagged_cases
from infringement_dagster.assets.image_hashes import image_hashes
from infringement_dagster.assets.raw_listings import raw_listings
from infringement_dagster.assets.scores import scores

SCAN_ASSETS = [raw_listings, image_hashes, scores, flagged_cases]

scan_job = dg.define_asset_job(
    "scan",
    selection=dg.AssetSelection.assets(*SCAN_ASSETS),
    description="One scan of one client at one provider: collect, hash, score, flag.",
)
