"""The fifth revision: what a picture's address answered last, so that it is asked on condition."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Guarantees the columns; pictures kept before are asked for again at their next scan."""
    op.execute(
        """
        ALTER TABLE listing_images
            ADD etag text,
            ADD last_modified text,
            ADD answered_url text,
            ADD good_until timestamptz,
            ADD CONSTRAINT listing_images_answer_has_picture
                CHECK (outcome = 'stored' OR good_until IS NULL),
            ADD CONSTRAINT listing_images_validators_have_answer CHECK (
                (answered_url IS NULL) = (etag IS NULL AND last_modified IS NULL)
                AND (answered_url IS NULL OR good_until IS NOT NULL))
        """
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; every picture is asked for anew."""
    op.execute(
        "ALTER TABLE listing_images "
        "DROP etag, DROP last_modified, DROP answered_url, DROP good_until"
    )
