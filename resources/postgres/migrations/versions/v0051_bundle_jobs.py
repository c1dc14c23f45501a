"""The fifty-first revision: bundles of evidence are made as jobs."""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"

_KINDS = "ALTER TABLE background_jobs DROP CONSTRAINT background_jobs_kind_check"
_KINDS_ARE = "ALTER TABLE background_jobs ADD CONSTRAINT background_jobs_kind_check CHECK"


def upgrade() -> None:
    """Guarantees a kind of job."""
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ('bundle', 'export', 'import', 'preview', 'trial'))")


def downgrade() -> None:
    """Guarantees the schema of the revision before; bundles that are being made are asked again."""
    op.execute("ALTER TABLE background_jobs NO FORCE ROW LEVEL SECURITY")  # it would show no rows
    op.execute("DELETE FROM background_jobs WHERE kind = 'bundle'")
    op.execute("ALTER TABLE background_jobs FORCE ROW LEVEL SECURITY")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ('export', 'import', 'preview', 'trial'))")
