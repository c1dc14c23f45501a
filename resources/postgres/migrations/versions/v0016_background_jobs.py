"""Exports and previews as jobs: done beside the requests that asked, kept for a day."""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.migrations.versions.v0012_keeping import open_to_housekeeping
from resources.postgres.server.roles import ADMISSION, APP

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    """Guarantees the table, closed to all but the application; others see that there is work."""
    op.execute(
        """
        CREATE TABLE background_jobs (
            client_id text NOT NULL REFERENCES clients,
            job_id uuid NOT NULL DEFAULT gen_random_uuid(),
            kind text NOT NULL CHECK (kind IN ('export', 'preview')),
            request jsonb NOT NULL,
            requested_by text NOT NULL CHECK (requested_by <> ''),
            requested_at timestamptz NOT NULL DEFAULT now(),
            state text NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'running', 'succeeded', 'failed')),
            attempts integer NOT NULL DEFAULT 0,
            lease_ends_at timestamptz,
            ended_at timestamptz,
            object_key text,
            problem text,
            PRIMARY KEY (client_id, job_id),
            CONSTRAINT background_jobs_leased
                CHECK ((lease_ends_at IS NOT NULL) = (state = 'running')),
            CONSTRAINT background_jobs_ended
                CHECK ((ended_at IS NOT NULL) = (state IN ('succeeded', 'failed'))),
            CONSTRAINT background_jobs_kept
                CHECK ((object_key IS NOT NULL) = (state = 'succeeded')),
            CONSTRAINT background_jobs_told CHECK ((problem IS NOT NULL) = (state = 'failed'))
        )
        """
    )
    op.execute(
        "CREATE INDEX background_jobs_open ON background_jobs (client_id, requested_at)"
        " WHERE ended_at IS NULL"
    )
    op.execute("CREATE INDEX background_jobs_ended_at ON background_jobs (ended_at)")
    op.execute("ALTER TABLE background_jobs ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE background_jobs FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_rows ON background_jobs TO {APP} "
        f"USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
    )
    op.execute(
        "GRANT SELECT, INSERT, DELETE, UPDATE (state, attempts, lease_ends_at, ended_at, "
        f"object_key, problem) ON background_jobs TO {APP}"
    )
    op.execute(
        f"CREATE POLICY all_clients_of_{ADMISSION} ON background_jobs TO {ADMISSION} USING (true)"
    )
    op.execute(
        "GRANT SELECT (client_id, state, requested_at, lease_ends_at, ended_at) "
        f"ON background_jobs TO {ADMISSION}"
    )
    open_to_housekeeping("background_jobs")


def downgrade() -> None:
    """Guarantees the schema of the revision before; results that were kept are lost."""
    op.execute("DROP TABLE background_jobs")
