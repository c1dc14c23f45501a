"""The twenty-third revision: a photo's copy descriptor stands in its own row.

It names its model, so that another model's is known as such; packed already, as corner points are.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import APP

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Guarantees the column, empty: installations with a model fill it as they score."""
    op.execute("ALTER TABLE photos ADD copy_descriptor bytea")
    op.execute("ALTER TABLE photos ALTER copy_descriptor SET STORAGE EXTERNAL")
    op.execute(f"GRANT UPDATE (copy_descriptor) ON photos TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; descriptors are made anew."""
    op.execute("ALTER TABLE photos DROP copy_descriptor")
