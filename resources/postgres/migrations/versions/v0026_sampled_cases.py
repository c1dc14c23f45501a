"""The twenty-sixth revision: a case says whether it was drawn below the threshold.

Cases of before were flagged by their score.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import APP

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Guarantees the column: the chance of being drawn, empty where the score flagged the case."""
    op.execute(
        "ALTER TABLE cases ADD sampled_chance double precision "
        "CHECK (sampled_chance > 0 AND sampled_chance <= 1)"
    )
    op.execute(f"GRANT UPDATE (sampled_chance) ON cases TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; sampled cases are taken for flagged ones."""
    op.execute("ALTER TABLE cases DROP sampled_chance")
