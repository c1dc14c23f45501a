"""Who may do what: permissions and the roles that are named sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Literal, get_args

from infringement_dagster.domain.errors import PermanentError, ProblemKind

Permission = Literal[
    "clients:read",
    "clients:manage",
    "config:read",
    "config:write",
    "scans:read",
    "scans:write",
    "results:read",
    "results:export",
    "cases:decide",
    "access:manage",
    "webhooks:manage",
]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

Role = Literal["operator", "admin", "reviewer", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)
ClientRole = Literal["admin", "reviewer", "viewer"]
CLIENT_ROLES: tuple[ClientRole, ...] = get_args(ClientRole)

_READING: frozenset[Permission] = frozenset(
    {"clients:read", "config:read", "scans:read", "results:read"}
)
_REVIEWING: frozenset[Permission] = _READING | {"cases:decide", "results:export", "scans:write"}

PERMISSIONS_OF: dict[Role, frozenset[Permission]] = {
    "viewer": _READING,
    "reviewer": _REVIEWING,
    "admin": frozenset(PERMISSIONS) - {"clients:manage"},
    "operator": frozenset(PERMISSIONS),
}


class UnknownScope(PermanentError):
    """A key was asked for with a scope that no key can have."""

    problem = ProblemKind(422, "unknown-scope", "No such scope", "Choose from those named above.")


class NotYours(PermanentError):
    """Somebody would hand on more than they may do themselves."""

    problem = ProblemKind(403, "not-yours", "More than you may do", "Ask an admin to do it.")


def check_may_give(held: Set[Permission], given: Iterable[str]) -> None:
    """Returns when who holds these permissions may hand these on; raises NotYours."""
    lacking = sorted(set(given) - held)
    if lacking:
        raise NotYours(
            f"this needs {', '.join(lacking)}, which you do not hold yourself: "
            "ask somebody who does"
        )


def check_scopes(scopes: list[str]) -> frozenset[Permission]:
    """The scopes as permissions that a client's key may hold; raises UnknownScope."""
    possible = PERMISSIONS_OF["admin"]
    unknown = sorted(set(scopes) - possible)
    if unknown or not scopes:
        raise UnknownScope(
            f"scopes {', '.join(unknown) or '(none)'} cannot be given to a client's key; "
            f"choose from {', '.join(sorted(possible))}"
        )
    return frozenset(scope for scope in possible if scope in scopes)
