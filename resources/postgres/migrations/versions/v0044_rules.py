"""Lists of sellers and listings, and decisions that a client's rules take.

People add and end entries of lists; runs write actions of rules in the transaction of what they
tell of; whoever decides on a rule's case, a run or a person adds a change of a rule. Actions and
changes are history.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients
from resources.postgres.server.roles import APP

revision = "0044"
down_revision = "0043"

_NAMED = "'^[a-z0-9][a-z0-9-]{0,59}$'"  # a rule
_TABLES = {
    "list_entries": """
        CREATE TABLE list_entries (
            client_id text NOT NULL REFERENCES clients,
            entry_id uuid NOT NULL DEFAULT gen_random_uuid(),
            list_name text NOT NULL CHECK (list_name IN ('allow', 'watch', 'deny')),
            kind text NOT NULL CHECK (kind IN ('seller', 'listing')),
            provider text NOT NULL CHECK (provider <> ''),
            subject_key text NOT NULL CHECK (subject_key <> ''),
            seller_name text CHECK (seller_name <> ''),
            seller_id text CHECK (seller_id <> ''),
            listing_id text CHECK (listing_id <> ''),
            reason text NOT NULL,
            added_by text NOT NULL CHECK (added_by <> ''),
            added_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz,
            removed_at timestamptz,
            removed_by text CHECK (removed_by <> ''),
            PRIMARY KEY (client_id, entry_id),
            CHECK (num_nulls(removed_at, removed_by) IN (0, 2)),
            CHECK ((kind = 'listing') = (listing_id IS NOT NULL)),
            CHECK ((kind = 'seller') = (num_nonnulls(seller_name, seller_id) > 0))
        )
    """,
    "rule_actions": f"""
        CREATE TABLE rule_actions (
            client_id text NOT NULL,
            case_id uuid NOT NULL,
            action_no integer NOT NULL CHECK (action_no > 0),
            rule text NOT NULL CHECK (rule ~ {_NAMED}),
            config_version integer NOT NULL,
            kind text NOT NULL
                CHECK (kind IN ('decided', 'reopened', 'prioritised', 'unprioritised')),
            decision text CHECK (decision IN ('infringing', 'not_infringing')),
            decision_no integer,
            explanation jsonb NOT NULL CHECK (jsonb_typeof(explanation) = 'array'),
            scan_id uuid NOT NULL,
            acted_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (client_id, case_id, action_no),
            FOREIGN KEY (client_id, case_id) REFERENCES cases,
            FOREIGN KEY (client_id, case_id, decision_no) REFERENCES decisions,
            FOREIGN KEY (client_id, config_version) REFERENCES config_versions,
            CHECK ((kind = 'decided') = (decision IS NOT NULL)),
            CHECK ((kind IN ('decided', 'reopened')) = (decision_no IS NOT NULL))
        )
    """,
    "rule_changes": f"""
        CREATE TABLE rule_changes (
            client_id text NOT NULL REFERENCES clients,
            rule text NOT NULL CHECK (rule ~ {_NAMED}),
            change_no integer NOT NULL CHECK (change_no > 0),
            kind text NOT NULL CHECK (kind IN ('paused', 'resumed')),
            changed_by text CHECK (changed_by <> ''),
            reason text NOT NULL,
            decided integer NOT NULL CHECK (decided >= 0),
            overturned integer NOT NULL CHECK (overturned BETWEEN 0 AND decided),
            changed_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (client_id, rule, change_no),
            CHECK (kind = 'paused' OR changed_by IS NOT NULL)
        )
    """,
}
_PRIVILEGES = {
    "list_entries": "SELECT, INSERT, UPDATE (removed_at, removed_by)",
    "rule_actions": "SELECT, INSERT",
    "rule_changes": "SELECT, INSERT",
}


def upgrade() -> None:
    """Guarantees the tables, empty, and the marks: what was decided so far, people decided."""
    for table, made in _TABLES.items():
        op.execute(made)
        keep_to_clients(table, _PRIVILEGES[table])
    op.execute(
        "CREATE UNIQUE INDEX list_entries_once ON list_entries "
        "(client_id, kind, provider, subject_key) WHERE removed_at IS NULL"
    )
    op.execute("CREATE INDEX list_entries_newest ON list_entries (client_id, added_at, entry_id)")
    op.execute("CREATE INDEX rule_actions_newest ON rule_actions (client_id, rule, acted_at)")
    op.execute(
        f"ALTER TABLE decisions ADD rule text CHECK (rule ~ {_NAMED}), ADD rule_version integer, "
        "ADD CONSTRAINT decisions_rule_has_version "
        "CHECK (num_nulls(rule, rule_version) IN (0, 2))"
    )
    op.execute(
        "ALTER TABLE cases ADD decided_by_rule text, ADD priority_rule text, "
        "ADD CONSTRAINT cases_rule_has_decided CHECK (decided_by_rule IS NULL OR state = 'decided')"
    )
    op.execute(f"GRANT UPDATE (decided_by_rule, priority_rule) ON cases TO {APP}")
    op.execute(
        "CREATE INDEX cases_of_rule ON cases (client_id, decided_by_rule) "
        "WHERE decided_by_rule IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX cases_priority ON cases (client_id, probability DESC, case_id) "
        "WHERE priority_rule IS NOT NULL AND state = 'open'"
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; rules' decisions stand as if people's."""
    op.execute("ALTER TABLE cases DROP decided_by_rule, DROP priority_rule")
    op.execute("ALTER TABLE decisions DROP rule, DROP rule_version")
    op.execute("DROP TABLE rule_changes, rule_actions, list_entries")
