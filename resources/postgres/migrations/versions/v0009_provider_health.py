"""The ninth revision: what all runs together know of a provider's health."""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import APP

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Guarantees the table; like turns it may be lost in a crash, and starts anew."""
    op.execute(
        """
        CREATE UNLOGGED TABLE provider_health (
            provider text PRIMARY KEY,
            troubles integer NOT NULL DEFAULT 0 CHECK (troubles >= 0),
            open_until timestamptz NOT NULL DEFAULT '-infinity',
            questions_earned integer NOT NULL DEFAULT 0 CHECK (questions_earned >= 0)
        ) WITH (fillfactor = 50)
        """
    )
    op.execute("ALTER TABLE provider_health ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE provider_health FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON provider_health TO {APP} USING (true) WITH CHECK (true)")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE (troubles, open_until, questions_earned) "
        f"ON provider_health TO {APP}"
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before."""
    op.execute("DROP TABLE provider_health")
