"""Deleting what is spent: what log-ins leave behind, and alerts of operators of long ago.

In a housekeeping transaction without a client; the policies show it only what is spent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

from psycopg import Connection

from resources.postgres.statements import execute

# A count is forgotten after a quiet hour; a day keeps what an operator may want to look at.
_DELETE_SPENT: Mapping[str, LiteralString] = {
    "login_attempts": "DELETE FROM login_attempts WHERE failed_at < now() - interval '1 day'",
    "request_limits": """
        DELETE FROM request_limits WHERE theoretical_arrival_at < now() - interval '1 day'
    """,
    "sessions": """
        DELETE FROM sessions WHERE least(expires_at, revoked_at) < now() - interval '1 day'
    """,
    "begun_logins": "DELETE FROM begun_logins WHERE expires_at < now() - interval '1 day'",
    "mails": "DELETE FROM mails WHERE ended_at < now() - interval '1 day'",
    "password_resets": "DELETE FROM password_resets WHERE expires_at < now() - interval '1 day'",
    "known_devices": """
        DELETE FROM known_devices WHERE last_used_at < now() - interval '180 days'
    """,
    "operator_alert_occurrences": """
        DELETE FROM operator_alert_occurrences WHERE noted_at < now() - interval '30 days'
    """,
    "operator_alert_deliveries": """
        DELETE FROM operator_alert_deliveries WHERE ended_at < now() - interval '30 days'
    """,
    "operator_alerts": """
        DELETE FROM operator_alerts a WHERE closed_at < now() - interval '60 days'
            AND NOT EXISTS (SELECT FROM operator_alert_occurrences o WHERE o.alert_id = a.alert_id)
            AND NOT EXISTS (SELECT FROM operator_alert_deliveries d WHERE d.alert_id = a.alert_id)
    """,
}


def delete_spent(c: Connection) -> dict[str, int]:
    """How many rows were deleted, by table."""
    return {table: execute(c, statement) for table, statement in _DELETE_SPENT.items()}
