"""The thirty-ninth revision: sellers found by a part of their name, visits, cases opened by hand.

Who writes: `visits` the page that a person's visit begins with; `flagged_by` whoever opens a case
by hand, in the transaction of the case.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients
from resources.postgres.server.roles import APP

revision = "0039"
down_revision = "0038"

# As `titled_listings` of revision 0011, for the same reason: no LIKE goes through an index under a
# policy. The owner's policy on listings, which it needs, is there since then.
_FUNCTION = r"""
    CREATE FUNCTION named_sellers(wanted text, most integer)
    RETURNS TABLE (provider text, listing_id text, seller_name text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT l.provider, l.listing_id, l.seller_name FROM public.listings l
        WHERE l.client_id = nullif(current_setting('app.client_id', true), '')
            AND lower(l.seller_name) LIKE '%' || replace(replace(replace(
                lower(wanted), '\', '\\'), '%', '\%'), '_', '\_') || '%'
        LIMIT most
    $$
"""
# `origin_of` of `domain/case.py`, for lists and counts.
_ORIGIN = """
    CREATE FUNCTION case_origin(sampled_chance double precision, flagged_by text)
    RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN sampled_chance IS NOT NULL THEN 'sampled'
            WHEN flagged_by IS NOT NULL THEN 'by_hand' ELSE 'flagged' END
    $$
"""
_VISITS = """
    CREATE TABLE visits (
        client_id text NOT NULL REFERENCES clients,
        principal text NOT NULL CHECK (principal <> ''),
        came_at timestamptz NOT NULL DEFAULT now(),
        event_no bigint NOT NULL CHECK (event_no >= 0),
        before_at timestamptz CHECK (before_at <= came_at),
        before_event_no bigint CHECK (before_event_no BETWEEN 0 AND event_no),
        PRIMARY KEY (client_id, principal),
        CONSTRAINT visits_before_is_whole CHECK (num_nulls(before_at, before_event_no) IN (0, 2))
    )
"""


def upgrade() -> None:
    """Guarantees the function with its index, the table, closed to other clients, and the column.

    No case of before was opened by hand.
    """
    op.execute(
        "CREATE INDEX listings_by_seller ON listings "
        "USING gin (client_id gin_trgm_ops, lower(seller_name) gin_trgm_ops)"
    )
    op.execute(_FUNCTION)
    op.execute("REVOKE ALL ON FUNCTION named_sellers FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION named_sellers TO {APP}")
    op.execute(_VISITS)
    keep_to_clients(
        "visits", "SELECT, INSERT, UPDATE (came_at, event_no, before_at, before_event_no)"
    )
    op.execute("ALTER TABLE cases ADD flagged_by text CHECK (flagged_by <> '')")
    op.execute(
        "ALTER TABLE cases ADD CONSTRAINT cases_by_hand_were_not_drawn "
        "CHECK (flagged_by IS NULL OR sampled_chance IS NULL)"
    )
    op.execute(_ORIGIN)


def downgrade() -> None:
    """Guarantees the schema of the revision before; cases opened by hand stay as flagged ones."""
    op.execute("DROP FUNCTION case_origin")
    op.execute("ALTER TABLE cases DROP COLUMN flagged_by")
    op.execute("DROP TABLE visits")
    op.execute("DROP FUNCTION named_sellers")
    op.execute("DROP INDEX listings_by_seller")
