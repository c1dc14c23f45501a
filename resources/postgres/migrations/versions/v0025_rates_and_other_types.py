"""The twenty-fifth revision: exchange rates, kinds of violation that come close, shared photos.

A run keeps its own copy of the table of rates (1 kB), so that its prices can be compared again when
the installation has another. Photos are found under other listings by their content.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import ADMISSION, APP

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Guarantees the table, which says nothing of any client, and the runs' column, empty."""
    op.execute(
        """
        CREATE TABLE exchange_rates (
            day date PRIMARY KEY,
            source text NOT NULL CHECK (length(source) BETWEEN 1 AND 500),
            per_euro jsonb NOT NULL CHECK (jsonb_typeof(per_euro) = 'object'),
            imported_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("ALTER TABLE exchange_rates ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE exchange_rates FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON exchange_rates TO {APP} USING (true)")
    op.execute(
        f"CREATE POLICY all_clients ON exchange_rates TO {ADMISSION} USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT SELECT ON exchange_rates TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON exchange_rates TO {ADMISSION}")
    op.execute(
        "ALTER TABLE runs ADD exchange_rates jsonb CHECK (jsonb_typeof(exchange_rates) = 'object')"
    )
    op.execute(f"GRANT UPDATE (exchange_rates) ON runs TO {APP}")
    op.execute(
        "ALTER TABLE scores ADD other_types jsonb NOT NULL DEFAULT '[]' "
        "CHECK (jsonb_typeof(other_types) = 'array')"
    )
    op.execute(
        "CREATE INDEX listing_photos_by_content ON listing_photos "
        "(client_id, sha256, provider, listing_id) WHERE sha256 IS NOT NULL"
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; imported rates are lost."""
    op.execute("DROP INDEX listing_photos_by_content")
    op.execute("ALTER TABLE scores DROP other_types")
    op.execute("ALTER TABLE runs DROP exchange_rates")
    op.execute("DROP TABLE exchange_rates")
