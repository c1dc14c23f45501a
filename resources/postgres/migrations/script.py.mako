"""${message}.

Belongs here: this one step of the schema.
"""

from __future__ import annotations

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Guarantees ..."""


def downgrade() -> None:
    """Guarantees the schema of the revision before."""
