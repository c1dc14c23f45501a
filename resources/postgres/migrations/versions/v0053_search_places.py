"""The fifty-third revision: places of listings in search results, by which cases are sorted."""

from __future__ import annotations

from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Guarantees each listing's place among the results of the scan that saw it last."""
    op.execute("ALTER TABLE listings ADD COLUMN search_place integer")
    for table in ("listings", "sightings"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # it would show no rows
    op.execute(
        """
        UPDATE listings SET search_place = (s.page - 1) * 1000 + s.position
        FROM sightings s
        WHERE s.client_id = listings.client_id AND s.provider = listings.provider
            AND s.listing_id = listings.listing_id AND s.scan_id = listings.last_scan_id
            AND s.query IS NOT NULL
        """
    )
    for table in ("listings", "sightings"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE INDEX listings_most_visible ON listings "
        "(client_id, (coalesce(search_place, 2147483647)))"
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; the places stay in the sightings."""
    op.execute("DROP INDEX listings_most_visible")
    op.execute("ALTER TABLE listings DROP COLUMN search_place")
