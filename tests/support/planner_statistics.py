"""Statistics for Postgres' planner, which the server gathers by itself within a minute."""

from __future__ import annotations

import psycopg

from resources.postgres.database import DatabaseUrls


def gather_statistics(urls: DatabaseUrls) -> None:
    """Guarantees that plans suit the rows there are: made for empty tables they are quadratic."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("ANALYZE")
