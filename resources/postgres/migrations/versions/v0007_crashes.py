"""The seventh revision: what a process that dies leaves open."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.server.roles import ADMISSION, APP

revision = "0007"
down_revision = "0006"

_SQL = Path(__file__).parents[1] / "sql" / "v0007"
_TABLE = "unsettled_charges"


def upgrade() -> None:
    """Guarantees the table and columns, closed to all but the roles that need them."""
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    op.execute(f"ALTER TABLE {_TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {_TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON {_TABLE} TO {APP}")
    op.execute(f"GRANT SELECT ON {_TABLE} TO {ADMISSION}")
    op.execute(
        f"CREATE POLICY own_rows ON {_TABLE} TO {APP} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
    )
    op.execute(f"CREATE POLICY all_clients ON {_TABLE} TO {ADMISSION} USING (true)")
    op.execute(f"GRANT UPDATE (crashes, items_in_hand, suspects) ON runs TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; unsettled charges are lost."""
    op.execute(f"DROP TABLE {_TABLE}")
    op.execute("ALTER TABLE runs DROP crashes, DROP items_in_hand, DROP suspects")
