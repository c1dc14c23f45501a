"""API keys as their page lists them: whose, what each may do, whether it still opens anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from infringement_dagster.domain.permissions import (
    CLIENT_ROLES,
    PERMISSIONS_OF,
    ClientRole,
    Permission,
)
from resources.postgres.clients.access_store import ApiKeyRow

KeyState = Literal["live", "expired", "revoked"]
STATES: Final[dict[KeyState, str]] = {
    "live": "Live",
    "expired": "Expired",
    "revoked": "Revoked",
}
TONES: Final[dict[KeyState, str]] = {"live": "good", "expired": "plain", "revoked": "bad"}
LABELS: Final[dict[Permission, str]] = {
    "clients:read": "See the client and its limits",
    "config:read": "Read config, rules and references",
    "config:write": "Change config, rules and references",
    "scans:read": "See scans and imports",
    "scans:write": "Start and cancel scans, import listings",
    "results:read": "Read cases, listings and reports",
    "results:export": "Take cases, evidence and reports along as files",
    "cases:decide": "Decide cases, draft and send notices",
    "access:manage": "Manage people and keys, read the audit trail",
    "webhooks:manage": "Manage web-hooks",
}


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key with all that its row of the list tells."""

    row: ApiKeyRow
    state: KeyState
    owner: str  # empty where it was not kept
    role: ClientRole | None  # None: what it may do is no role's

    @property
    def label(self) -> str:
        """Its name, or what is seen of it where it has none."""
        return self.row.name or self.row.key_id


def shown_key(row: ApiKeyRow, owner: str, now: datetime) -> ShownKey:
    """The key at that time."""
    return ShownKey(row, _state_of(row, now), owner, _role_of(row.scopes))


def permissions_to_give(held: Collection[Permission]) -> list[Permission]:
    """All that somebody who holds these permissions may give to a key."""
    return [scope for scope in LABELS if scope in held]


def roles_to_give(held: Collection[Permission]) -> list[ClientRole]:
    """The roles that who holds these permissions may give to a key whole."""
    return [role for role in CLIENT_ROLES if PERMISSIONS_OF[role] <= frozenset(held)]


def _state_of(row: ApiKeyRow, now: datetime) -> KeyState:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now else "live"


def _role_of(scopes: Sequence[str]) -> ClientRole | None:
    named = frozenset(scopes)
    return next((role for role in CLIENT_ROLES if PERMISSIONS_OF[role] == named), None)
