"""The twenty-fourth revision: words read in a photo stand in its row; references have kinds."""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import APP

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Guarantees the columns: nothing is read yet, and every reference is a product photo."""
    op.execute("ALTER TABLE photos ADD photo_text jsonb")
    op.execute(f"GRANT UPDATE (photo_text) ON photos TO {APP}")
    op.execute(
        "ALTER TABLE reference_photos ADD kind text NOT NULL DEFAULT 'photo'"
        " CHECK (kind IN ('photo', 'logo'))"
    )
    op.execute(f"GRANT UPDATE (kind) ON reference_photos TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; logos become reference photos."""
    op.execute("ALTER TABLE reference_photos DROP kind")
    op.execute("ALTER TABLE photos DROP photo_text")
