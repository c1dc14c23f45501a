"""The fifty-second revision: screenshots of listings' pages as evidence, taken by jobs."""

from __future__ import annotations

from alembic import op

revision = "0052"
down_revision = "0051"

_JOBS = "ALTER TABLE background_jobs DROP CONSTRAINT background_jobs_kind_check"
_JOBS_ARE = "ALTER TABLE background_jobs ADD CONSTRAINT background_jobs_kind_check CHECK"
_JOBS_BEFORE = "'bundle', 'export', 'import', 'preview', 'trial'"
_KINDS = "ALTER TABLE evidence DROP CONSTRAINT evidence_kind_check"
_KINDS_ARE = "ALTER TABLE evidence ADD CONSTRAINT evidence_kind_check CHECK"
_KINDS_BEFORE = (
    "'listing_payload', 'photo', 'reference_photo', 'page_facts', 'provider_page', 'manifest', "
    "'listing_page'"
)
_NEW_KINDS = "'screenshot', 'screenshot_facts', 'no_screenshot'"


def upgrade() -> None:
    """Guarantees a kind of job and three kinds of evidence."""
    op.execute(_JOBS)
    op.execute(f"{_JOBS_ARE} (kind IN ({_JOBS_BEFORE}, 'screenshot'))")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ({_KINDS_BEFORE}, {_NEW_KINDS}))")


def downgrade() -> None:
    """Guarantees the schema of the revision before.

    Screenshots stay evidence, as manifests of the chain list them; they count as pages there.
    """
    for table in ("background_jobs", "evidence"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # it would show no rows
    op.execute("DELETE FROM background_jobs WHERE kind = 'screenshot'")
    op.execute("UPDATE evidence SET kind = 'provider_page' WHERE kind LIKE '%screenshot%'")
    for table in ("background_jobs", "evidence"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(_JOBS)
    op.execute(f"{_JOBS_ARE} (kind IN ({_JOBS_BEFORE}))")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ({_KINDS_BEFORE}))")
