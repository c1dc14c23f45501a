"""`infringement match` with all its commands."""

from __future__ import annotations

from infringement_dagster.cli.matching.listings import match_listings
from infringement_dagster.cli.matching.match import app

__all__ = ["app"]

app.command("listings")(match_listings)
