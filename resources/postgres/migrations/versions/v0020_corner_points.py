"""The twentieth revision: a picture's corner points stand in its own row.

They are read for hundreds of pictures at once, which as objects would be hundreds of requests, and
go with the picture. They are packed already, so that Postgres is told not to try.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import APP

revision = "0020"
down_revision = "0018"

_COLUMNS = ("corner_points", "mirrored_corner_points")


def upgrade() -> None:
    """Guarantees the columns, empty: scans and references fill them."""
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE images ADD {column} bytea")
        op.execute(f"ALTER TABLE images ALTER {column} SET STORAGE EXTERNAL")
        op.execute(f"GRANT UPDATE ({column}) ON images TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; points are found anew."""
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE images DROP {column}")
