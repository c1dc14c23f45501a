"""The forty-sixth revision: a client's notices are listed by their state."""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Guarantees that a page of notices is read from an index, whatever the client has."""
    op.execute("CREATE INDEX notices_by_state ON notices (client_id, state, changed_at, notice_id)")


def downgrade() -> None:
    """Guarantees the schema of the revision before."""
    op.execute("DROP INDEX notices_by_state")
