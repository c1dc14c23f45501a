"""The sixth revision: configs applied to what is stored."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"

_SQL = Path(__file__).parents[1] / "sql" / "v0006"


def upgrade() -> None:
    """Guarantees that a scan may be a retroaction and a case may be dropped."""
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )


def downgrade() -> None:
    """Guarantees the checks of the revision before; dropped cases are open again."""
    op.execute("UPDATE cases SET state = 'open' WHERE state = 'dropped'")
    op.execute("UPDATE scans SET trigger = 'request' WHERE trigger = 'retroaction'")
    op.execute(
        "ALTER TABLE cases DROP CONSTRAINT cases_state_check, "
        "ADD CONSTRAINT cases_state_check CHECK (state IN ('open', 'decided'))"
    )
    op.execute(
        "ALTER TABLE scans DROP CONSTRAINT scans_trigger_check, ADD CONSTRAINT "
        "scans_trigger_check CHECK (trigger IN ('request', 'schedule', 'operator'))"
    )
