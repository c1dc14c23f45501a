"""The thirty-fifth revision: a sighting says where the scan found the listing.

Sightings of before do not know it.
"""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Guarantees room for the words, the page and the position of each sighting."""
    op.execute(
        """
        ALTER TABLE sightings
            ADD query text,
            ADD page integer CHECK (page >= 1),
            ADD position integer CHECK (position >= 1),
            ADD CONSTRAINT sightings_rank_is_whole
                CHECK (num_nulls(query, page, position) IN (0, 3))
        """
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; ranks are lost."""
    op.execute("ALTER TABLE sightings DROP query, DROP page, DROP position")
