"""The fifty-fifth revision: previews over all stored history, and re-scores over it.

Such a preview is a job that takes minutes, so it tells how far it is and stands in a line of its
own; which line a job stands in is seen by who looks for work.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import ADMISSION, APP

revision = "0055"
down_revision = "0054"

_KINDS = "ALTER TABLE background_jobs DROP CONSTRAINT background_jobs_kind_check"
_KINDS_ARE = "ALTER TABLE background_jobs ADD CONSTRAINT background_jobs_kind_check CHECK"


def upgrade() -> None:
    """Guarantees a kind of job that tells its progress, and scans that say what they score."""
    op.execute(_KINDS)
    op.execute(
        f"{_KINDS_ARE} (kind IN ('bundle', 'export', 'history', 'import', 'preview', 'screenshot', "
        "'trial'))"
    )
    op.execute(
        "ALTER TABLE background_jobs ADD COLUMN done integer NOT NULL DEFAULT 0 CHECK (done >= 0), "
        "ADD COLUMN found integer CHECK (found >= 0)"
    )
    op.execute(f"GRANT UPDATE (done, found) ON background_jobs TO {APP}")
    op.execute(f"GRANT SELECT (kind) ON background_jobs TO {ADMISSION}")
    op.execute(
        "ALTER TABLE scans ADD COLUMN over_history boolean NOT NULL DEFAULT false, "
        "ADD CONSTRAINT scans_over_history CHECK (NOT over_history OR trigger = 'rescore')"
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; previews being made are asked for again."""
    op.execute("ALTER TABLE scans DROP CONSTRAINT scans_over_history, DROP COLUMN over_history")
    op.execute(f"REVOKE SELECT (kind) ON background_jobs FROM {ADMISSION}")  # noqa: S608
    op.execute("ALTER TABLE background_jobs NO FORCE ROW LEVEL SECURITY")  # it would show no rows
    op.execute("DELETE FROM background_jobs WHERE kind = 'history'")
    op.execute("ALTER TABLE background_jobs FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE background_jobs DROP COLUMN done, DROP COLUMN found")
    op.execute(_KINDS)
    op.execute(
        f"{_KINDS_ARE} (kind IN ('bundle', 'export', 'import', 'preview', 'screenshot', 'trial'))"
    )
