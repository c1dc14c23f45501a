"""The forty-ninth revision: trial searches, which are of no scan and charged like one.

A trial is a job, kept for a day; its charge stays as long as those of scans.
"""

from __future__ import annotations

from alembic import op

revision = "0049"
down_revision = "0048"

_CHARGED = ("provider_usage", "unsettled_charges")
_KINDS = "ALTER TABLE background_jobs DROP CONSTRAINT background_jobs_kind_check"
_KINDS_ARE = "ALTER TABLE background_jobs ADD CONSTRAINT background_jobs_kind_check CHECK"


def upgrade() -> None:
    """Guarantees that charges may be of no scan, and a kind of job."""
    for table in _CHARGED:
        op.execute(f"ALTER TABLE {table} ALTER scan_id DROP NOT NULL")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ('export', 'import', 'preview', 'trial'))")


def downgrade() -> None:
    """Guarantees the schema of the revision before; trials and what they cost are lost."""
    for table in _CHARGED:
        _delete(table, "scan_id IS NULL")
        op.execute(f"ALTER TABLE {table} ALTER scan_id SET NOT NULL")
    _delete("background_jobs", "kind = 'trial'")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ('export', 'import', 'preview'))")


def _delete(table: str, which: str) -> None:
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # it would show no rows
    op.execute(f"DELETE FROM {table} WHERE {which}")  # noqa: S608 - our own names
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
