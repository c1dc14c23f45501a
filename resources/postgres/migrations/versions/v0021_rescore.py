"""The twenty-first revision: a scan that scores again what is stored is called a re-score."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Guarantees that every such scan has the trigger `rescore`."""
    _rename("retroaction", "rescore")


def downgrade() -> None:
    """Guarantees the trigger's name of the revision before."""
    _rename("rescore", "retroaction")


def _rename(old: str, new: str) -> None:
    op.execute("ALTER TABLE scans DROP CONSTRAINT scans_trigger_check")
    op.execute("ALTER TABLE scans NO FORCE ROW LEVEL SECURITY")  # of all clients
    op.execute(f"UPDATE scans SET trigger = '{new}' WHERE trigger = '{old}'")  # noqa: S608
    op.execute("ALTER TABLE scans FORCE ROW LEVEL SECURITY")
    op.execute(
        "ALTER TABLE scans ADD CONSTRAINT scans_trigger_check "
        f"CHECK (trigger IN ('request', 'schedule', 'operator', '{new}'))"
    )
