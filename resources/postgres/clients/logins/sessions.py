"""A person's open sessions, as they see and end them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.clients.identity_store import tell_revocation
from resources.postgres.statements import execute, fetch_all


class UnknownSession(PermanentError):
    """The person has no such open session."""

    problem = ProblemKind(404, "unknown-session", "No such session", "List your sessions.")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """An open session without its token."""

    session_id: UUID
    created_at: datetime
    last_used_at: datetime  # to a minute
    expires_at: datetime
    network: str | None  # from which it was opened; None: before that was kept
    user_agent: str | None  # as the browser names itself, if it does


def note_session_use(c: Connection, session_id: UUID) -> None:
    """Guarantees that the session counts as used by now."""
    query = "UPDATE sessions SET last_used_at = now() WHERE session_id = %(session_id)s"
    execute(c, query, session_id=session_id)


def sessions_of(c: Connection, user_id: UUID) -> list[SessionRow]:
    """The account's open sessions, the one used last first."""
    return fetch_all(
        c,
        SessionRow,
        """
        SELECT session_id, created_at, last_used_at, expires_at, network, user_agent FROM sessions
        WHERE user_id = %(user_id)s AND revoked_at IS NULL AND expires_at > now()
        ORDER BY last_used_at DESC, session_id
        """,
        user_id=user_id,
    )


def end_session_of(c: Connection, user_id: UUID, session_id: UUID) -> None:
    """Guarantees that the session is over, its open streams included; raises UnknownSession."""
    ended = execute(
        c,
        """
        UPDATE sessions SET revoked_at = now()
        WHERE user_id = %(user_id)s AND session_id = %(session_id)s AND revoked_at IS NULL
        """,
        user_id=user_id,
        session_id=session_id,
    )
    if not ended:
        raise UnknownSession(f"you have no open session {session_id}; list them for their ids")
    tell_revocation(c)
