"""The twenty-eighth revision: web-hooks change their secret, deliveries say how they went.

And whoever reads the queue of all clients may read how providers fare, for the metrics.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import ADMISSION, APP

revision = "0028"
down_revision = "0026"


def upgrade() -> None:
    """Guarantees room for the secret before, while it holds, and for each delivery's last try."""
    op.execute(
        """
        ALTER TABLE webhooks
            ADD previous_secret text CHECK (previous_secret ~ '^whsec_'),
            ADD previous_secret_until timestamptz,
            ADD CONSTRAINT webhooks_previous_secret_ends
                CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
        """
    )
    op.execute(
        """
        ALTER TABLE webhook_deliveries
            ADD last_attempt_at timestamptz,
            ADD last_milliseconds integer CHECK (last_milliseconds >= 0)
        """
    )
    op.execute(
        f"GRANT UPDATE (secret, previous_secret, previous_secret_until) ON webhooks TO {APP}"
    )
    op.execute(f"GRANT UPDATE (last_attempt_at, last_milliseconds) ON webhook_deliveries TO {APP}")
    op.execute(f"GRANT SELECT ON provider_health TO {ADMISSION}")
    op.execute(f"CREATE POLICY all_providers ON provider_health TO {ADMISSION} USING (true)")


def downgrade() -> None:
    """Guarantees the schema of the revision before; secrets that were replaced hold no more."""
    op.execute("DROP POLICY all_providers ON provider_health")
    op.execute(f"REVOKE SELECT ON provider_health FROM {ADMISSION}")  # noqa: S608 - a role
    op.execute(
        "ALTER TABLE webhook_deliveries DROP COLUMN last_attempt_at, DROP COLUMN last_milliseconds"
    )
    op.execute(
        "ALTER TABLE webhooks DROP COLUMN previous_secret, DROP COLUMN previous_secret_until"
    )
