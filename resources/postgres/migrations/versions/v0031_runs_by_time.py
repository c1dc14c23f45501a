"""The thirty-first revision: runs of the last day are found by an index, whoever looks at them."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0029"


def upgrade() -> None:
    """Guarantees that metrics and late scans need no look at every run there ever was."""
    op.execute("CREATE INDEX runs_by_queued_at ON runs (queued_at)")
    op.execute("CREATE INDEX runs_by_finished_at ON runs (finished_at)")


def downgrade() -> None:
    """Guarantees the schema of the revision before."""
    op.execute("DROP INDEX runs_by_finished_at")
    op.execute("DROP INDEX runs_by_queued_at")
