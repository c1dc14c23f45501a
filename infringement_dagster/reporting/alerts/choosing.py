"""People's choices of what they are told about a client by mail: by page, route or mailed link."""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psycopg import Connection

from infringement_dagster.domain.alerts.preferences import AlertKind, AlertPreferences
from infringement_dagster.domain.alerts.times import next_digest_at
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.permissions import Permission, check_may_give
from resources.postgres.alerts import preference_store
from resources.postgres.clients.audit import Doer, record


class UnknownZone(PermanentError):
    """There is no time zone of this name."""

    problem = ProblemKind(
        422, "unknown-time-zone", "No such time zone", "Name one such as Europe/Berlin."
    )


def zone_named(name: str) -> tzinfo:
    """The time zone of the IANA database; raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(f"there is no time zone {name!r}") from error


def preferences_of(c: Connection, client_id: str, principal: str) -> AlertPreferences:
    """The person's choices; before the first they are told nothing."""
    row = preference_store.get_preferences(c, client_id, principal)
    return row.preferences if row else AlertPreferences()


def choose(
    c: Connection,
    client_id: str,
    by: Doer,
    held: Set[Permission],
    wanted: AlertPreferences,
) -> AlertPreferences:
    """The choices of whoever asks, from now on; the last of several at once counts.

    Raises UnknownZone, UnknownClient, and NotYours for what their role is not told of.
    """
    check_may_give(held, wanted.needs)
    _keep(c, client_id, by, by.principal, wanted, "alerts.changed")
    return wanted


def stop_telling(c: Connection, client_id: str, by: Doer, principal: str, kind: AlertKind) -> None:
    """Guarantees that the person is told no more of this kind; all else stays as it was."""
    row = preference_store.get_preferences(c, client_id, principal, lock=True)
    if row is not None and row.preferences.wants(kind):
        _keep(c, client_id, by, principal, row.preferences.without(kind), "alerts.unsubscribed")


def _keep(
    c: Connection,
    client_id: str,
    by: Doer,
    principal: str,
    wanted: AlertPreferences,
    action: str,
) -> None:
    """Guarantees the choices of a person and their entry in the audit trail."""
    due_at = next_digest_at(datetime.now(UTC), wanted, zone_named(wanted.zone))
    preference_store.put_preferences(c, client_id, principal, wanted, due_at)
    told = {
        "digest": wanted.digest,
        "priority_cases": wanted.priority_cases,
        "failed_scans": wanted.failed_scans,
        "providers_down": wanted.providers_down,
    }
    record(c, client_id, by, action, principal, **told)
