"""People in history by their id: an address names different people at different clients.

An address that was both a user's of the client and an operator's by then stays in a row as it is:
nobody can say any more whose it was.
"""

from __future__ import annotations

from typing import NamedTuple

from alembic import op

from resources.identity.email_addresses import known_address
from resources.postgres.server.roles import APP, OWNER

revision = "0017"
down_revision = "0016"


class _Signed(NamedTuple):
    table: str
    column: str
    at: str  # when it was written


_HISTORY = (
    _Signed("decisions", "decided_by", "decided_at"),
    _Signed("notice_changes", "changed_by", "changed_at"),
    _Signed("config_versions", "created_by", "created_at"),
    _Signed("scans", "requested_by", "requested_at"),
)
_READ = ("users", "operators", "saved_views", "api_keys", "operator_keys", "request_limits")
_OPERATOR_ADDRESS = """
    CREATE FUNCTION operator_address(wanted text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT email FROM operators WHERE user_id::text = wanted
    $$
"""
# With the privileges of who asks: a client finds its own users and keys only.
_PRINCIPAL_NAME = """
    CREATE FUNCTION principal_name(of_client text, principal text) RETURNS text
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
        SELECT coalesce(
            CASE split_part(principal, ':', 1)
                WHEN 'user' THEN (SELECT email FROM users
                    WHERE client_id = of_client AND user_id::text = substr(principal, 6))
                WHEN 'operator' THEN operator_address(substr(principal, 10))
                WHEN 'key' THEN concat_ws(' ', 'key', (SELECT nullif(name, '') FROM api_keys
                    WHERE client_id = of_client AND key_id = substr(principal, 5)),
                    substr(principal, 5))
            END,
            regexp_replace(principal, '^(user|operator):', ''))
    $$
"""


def upgrade() -> None:
    """Guarantees ids in every row of which it is known whose it is; every row stays."""
    _force(False)
    for signed in _HISTORY:
        _sign_with_ids(signed)
    _hand_views_over()
    op.execute("DELETE FROM request_limits WHERE subject LIKE 'user:%@%'")
    for table in ("users", "operators"):
        _normalise_addresses(table)
    _end_test_keys()
    op.execute("ALTER TABLE api_keys ADD owner text CHECK (owner <> '')")
    _force(True)
    op.execute(f"CREATE POLICY named_by_owner ON operators FOR SELECT TO {OWNER} USING (true)")
    op.execute(_OPERATOR_ADDRESS)
    op.execute(_PRINCIPAL_NAME)
    for function in ("operator_address(text)", "principal_name(text, text)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {APP}")


def _force(on: bool) -> None:
    """The owner, who migrates, sees rows of a table that is not forced."""
    word = "FORCE" if on else "NO FORCE"
    for table in (*(one.table for one in _HISTORY), *_READ):
        op.execute(f"ALTER TABLE {table} {word} ROW LEVEL SECURITY")


def _sign_with_ids(signed: _Signed) -> None:
    table, column, at = signed
    users = (
        f"FROM users WHERE users.client_id = one.client_id AND one.{column} = 'user:' || email"
        f" AND users.created_at <= one.{at}"
    )
    operators = (
        f"FROM operators WHERE one.{column} = 'user:' || email AND operators.created_at <= one.{at}"
    )
    op.execute(
        f"""
        UPDATE {table} one SET {column} = coalesce(
            (SELECT 'user:' || user_id {users}), (SELECT 'operator:' || user_id {operators}))
        WHERE {column} LIKE 'user:%@%' AND EXISTS (SELECT {users}) <> EXISTS (SELECT {operators})
        """  # noqa: S608 - our own names
    )


def _hand_views_over() -> None:
    """A view is no testimony: one of an ambiguous address goes to the client's own user."""
    op.execute(
        """
        UPDATE saved_views SET actor = 'user:' || user_id FROM users
        WHERE users.client_id = saved_views.client_id AND actor = 'user:' || email
        """
    )
    op.execute(
        """
        UPDATE saved_views SET actor = 'operator:' || user_id FROM operators
        WHERE actor = 'user:' || email
        """
    )


def _normalise_addresses(table: str) -> None:
    """Where two people of a client would become one, both keep what they have."""
    select = f"SELECT user_id, email FROM {table} WHERE email ~ '[^ -~]|@.*xn--'"  # noqa: S608
    same = "AND other.client_id = one.client_id" if table == "users" else ""
    update = f"""
        UPDATE {table} AS one SET email = %(address)s WHERE user_id = %(user_id)s AND NOT EXISTS (
            SELECT FROM {table} other WHERE other.email = %(address)s {same})
        """  # noqa: S608 - our own names
    for user_id, email in op.get_bind().exec_driver_sql(select).fetchall():
        values = {"address": known_address(email), "user_id": user_id}
        op.get_bind().exec_driver_sql(update, values)


def _end_test_keys() -> None:
    """They did all that a live key does, on live data."""
    for table in ("api_keys", "operator_keys"):
        op.execute(
            f"UPDATE {table} SET revoked_at = coalesce(revoked_at, now())"  # noqa: S608
            " WHERE environment <> 'live'"
        )
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_are_live"
            " CHECK (environment = 'live' OR revoked_at IS NOT NULL)"
        )


def downgrade() -> None:
    """Guarantees the schema of the revision before, addresses in history; test keys stay ended."""
    op.execute("DROP FUNCTION principal_name(text, text)")
    op.execute("DROP FUNCTION operator_address(text)")
    op.execute("DROP POLICY named_by_owner ON operators")
    _force(False)
    for table, column in (*((one.table, one.column) for one in _HISTORY), ("saved_views", "actor")):
        _sign_with_addresses(table, column)
    for table in ("api_keys", "operator_keys"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_are_live")
    op.execute("ALTER TABLE api_keys DROP owner")
    _force(True)


def _sign_with_addresses(table: str, column: str) -> None:
    op.execute(
        f"""
        UPDATE {table} SET {column} = 'user:' || email FROM users
        WHERE users.client_id = {table}.client_id AND {column} = 'user:' || user_id
        """  # noqa: S608 - our own names
    )
    op.execute(
        f"""
        UPDATE {table} SET {column} = 'user:' || email FROM operators
        WHERE {column} = 'operator:' || user_id
        """  # noqa: S608 - our own names
    )
