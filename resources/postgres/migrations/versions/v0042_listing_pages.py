"""The forty-second revision: what listings' own pages told, and those as evidence.

A run writes the row of a listing when it has read its page, under the lock that `put_listings`
holds; the next page read of it takes its place. Rows of files that tell more than a search does are
kept alike. What cases rest on is frozen evidence.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients

revision = "0042"
down_revision = "0041"

_PAGES = """
    CREATE TABLE listing_pages (
        client_id text NOT NULL REFERENCES clients,
        provider text NOT NULL CHECK (provider <> ''),
        listing_id text NOT NULL CHECK (length(listing_id) BETWEEN 1 AND 500),
        scan_id uuid NOT NULL,
        page_keys text[] NOT NULL,
        found jsonb NOT NULL CHECK (jsonb_typeof(found) = 'object'),
        told jsonb NOT NULL CHECK (jsonb_typeof(told) = 'object'),
        read_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (client_id, provider, listing_id)
    )
"""
_KINDS = "ALTER TABLE evidence DROP CONSTRAINT evidence_kind_check"
_KINDS_ARE = "ALTER TABLE evidence ADD CONSTRAINT evidence_kind_check CHECK"
_KINDS_BEFORE = (
    "'listing_payload', 'photo', 'reference_photo', 'page_facts', 'provider_page', 'manifest'"
)


def upgrade() -> None:
    """Guarantees the table, empty: pages that were read before are read again when due."""
    op.execute(_PAGES)
    keep_to_clients(
        "listing_pages", "SELECT, INSERT, UPDATE (scan_id, page_keys, found, told, read_at)"
    )
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ({_KINDS_BEFORE}, 'listing_page'))")


def downgrade() -> None:
    """Guarantees the schema of the revision before; pages are read again by the next scans."""
    op.execute("DROP TABLE listing_pages")
    op.execute("ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE evidence SET kind = 'provider_page' WHERE kind = 'listing_page'")
    op.execute("ALTER TABLE evidence FORCE ROW LEVEL SECURITY")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ({_KINDS_BEFORE}))")
