"""Tables whose rows are each one client's, as revisions make them."""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.migrations.versions.v0012_keeping import open_to_housekeeping
from resources.postgres.server.roles import APP


def keep_to_clients(table: str, privileges: str) -> None:
    """Guarantees that the application may do so much with one client's rows of the new table.

    Housekeeping may delete one client's; nobody else sees any.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_rows ON {table} TO {APP} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
    )
    op.execute(f"GRANT {privileges} ON {table} TO {APP}")
    open_to_housekeeping(table)
