"""The fiftieth revision: that a vendor was asked for a price, beside what it told, if it did.

And the place that a listing ships from is told once, whether its row or its own page says it.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import APP

revision = "0050"
down_revision = "0049"

_TO_THE_LISTING = """
    UPDATE listing_pages SET told = jsonb_set(
        told #- '{details,ships_from}', '{ships_from}', told #> '{details,ships_from}')
    WHERE told #> '{details,ships_from}' IS NOT NULL
"""
_TO_THE_DETAILS = """
    UPDATE listing_pages SET told = jsonb_set(
        (told - 'ships_from') || jsonb_build_object('details', coalesce(told -> 'details', '{}')),
        '{details,ships_from}', told -> 'ships_from')
    WHERE told ? 'ships_from' AND told -> 'ships_from' IS DISTINCT FROM found -> 'ships_from'
"""


def upgrade() -> None:
    """Guarantees a row for each vendor that was asked, and each place where listings have it."""
    op.execute(
        """
        ALTER TABLE provider_prices
            ADD asked_at timestamptz NOT NULL DEFAULT now(),
            ALTER credits DROP NOT NULL,
            ALTER told_at DROP NOT NULL,
            ALTER told_at DROP DEFAULT,
            ADD CONSTRAINT provider_prices_told CHECK ((credits IS NULL) = (told_at IS NULL))
        """
    )
    _change("provider_prices", "UPDATE provider_prices SET asked_at = told_at")
    _change("listing_pages", _TO_THE_LISTING)
    op.execute(f"GRANT UPDATE (asked_at) ON provider_prices TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; who told no price is asked again."""
    _change("listing_pages", _TO_THE_DETAILS)
    _change("provider_prices", "DELETE FROM provider_prices WHERE credits IS NULL")
    op.execute(
        """
        ALTER TABLE provider_prices
            DROP asked_at,
            DROP CONSTRAINT provider_prices_told,
            ALTER credits SET NOT NULL,
            ALTER told_at SET NOT NULL,
            ALTER told_at SET DEFAULT now()
        """
    )


def _change(table: str, statement: str) -> None:
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # it would show no rows
    op.execute(statement)
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
