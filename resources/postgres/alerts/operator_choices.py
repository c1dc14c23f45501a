"""Whether operators get mails about the installation; in an identity transaction.

They do unless they say otherwise: by the page of their account or the link of a mail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from psycopg import Connection

from resources.postgres.statements import execute, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class OperatorChoice:
    """An operator who may log in, and whether they get alerts."""

    user_id: UUID
    email: str
    wants_alerts: bool
    unsubscribe_key: bytes = field(repr=False)

    @property
    def principal(self) -> str:
        """The operator as history names them."""
        return f"operator:{self.user_id}"


_SELECT = """
    SELECT user_id, email, wants_alerts, unsubscribe_key FROM operators WHERE disabled_at IS NULL
"""


def choice_of(c: Connection, user_id: UUID) -> OperatorChoice | None:
    """The operator's choice, or None for one who is shut out or was never there."""
    return fetch_one(c, _choice, _SELECT + "AND user_id = %(user_id)s", user_id=user_id)


def told_operators(c: Connection) -> list[OperatorChoice]:
    """The operators who get alerts."""
    return fetch_all(c, _choice, _SELECT + "AND wants_alerts ORDER BY email")


def set_wanted(c: Connection, user_id: UUID, *, wanted: bool) -> bool:
    """True when this changed the operator's choice."""
    query = """
        UPDATE operators SET wants_alerts = %(wanted)s
        WHERE user_id = %(user_id)s AND wants_alerts <> %(wanted)s
    """
    return bool(execute(c, query, user_id=user_id, wanted=wanted))


def _choice(
    *, user_id: UUID, email: str, wants_alerts: bool, unsubscribe_key: bytes
) -> OperatorChoice:
    return OperatorChoice(user_id, email, wants_alerts, bytes(unsubscribe_key))
