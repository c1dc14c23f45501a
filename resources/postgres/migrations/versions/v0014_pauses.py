"""The fourteenth revision: a run that was interrupted waits before its next try."""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import APP

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Guarantees the column; runs that wait may start at once, as before."""
    op.execute("ALTER TABLE runs ADD not_before timestamptz")
    op.execute(f"GRANT UPDATE (not_before) ON runs TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; pauses end."""
    op.execute("ALTER TABLE runs DROP not_before")
