"""The forty-first revision: a sighting says by which reference photo a search found the listing.

Such a one has a page and a position, as one that words found has, and no words. A question may cost
nothing: eBay's own API counts calls.
"""

from __future__ import annotations

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Guarantees room for the photo of each sighting; those of before were found by words."""
    op.execute(
        """
        ALTER TABLE sightings
            ADD reference_id uuid,
            DROP CONSTRAINT sightings_rank_is_whole,
            ADD CONSTRAINT sightings_rank_is_whole CHECK (
                num_nulls(page, position) IN (0, 2)
                AND num_nonnulls(query, reference_id) = num_nonnulls(page)
            )
        """
    )
    _credits_most_at_least(0)


def downgrade() -> None:
    """Guarantees the schema of the revision before; which photo found a listing is lost."""
    op.execute("ALTER TABLE sightings NO FORCE ROW LEVEL SECURITY")  # it would show no rows
    op.execute(
        "UPDATE sightings SET page = NULL, position = NULL, reference_id = NULL"
        " WHERE reference_id IS NOT NULL"
    )
    op.execute("ALTER TABLE sightings FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        ALTER TABLE sightings
            DROP CONSTRAINT sightings_rank_is_whole,
            DROP reference_id,
            ADD CONSTRAINT sightings_rank_is_whole
                CHECK (num_nulls(query, page, position) IN (0, 3))
        """
    )
    op.execute("ALTER TABLE unsettled_charges NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM unsettled_charges WHERE credits_most = 0")  # each costs nothing
    op.execute("ALTER TABLE unsettled_charges FORCE ROW LEVEL SECURITY")
    _credits_most_at_least(1)


def _credits_most_at_least(least: int) -> None:
    op.execute(
        f"""
        ALTER TABLE unsettled_charges
            DROP CONSTRAINT unsettled_charges_credits_most_check,
            ADD CONSTRAINT unsettled_charges_credits_most_check CHECK (credits_most >= {least})
        """
    )
