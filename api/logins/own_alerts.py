"""A person's own mails over HTTP: what they are told about a client, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.access import ClientScope
from api.backend import Backend
from api.callers import Principal
from api.http.problems import NO_PERSON, Problem
from infringement_dagster.domain.alerts.preferences import AlertPreferences
from infringement_dagster.reporting.alerts.choosing import choose
from resources.postgres.alerts import mail_store, operator_choices, preference_store
from resources.postgres.alerts.mail_store import MailRow
from resources.postgres.alerts.operator_choices import OperatorChoice
from resources.postgres.alerts.preference_store import PreferenceRow
from resources.postgres.clients.audit import record_of_operators

MAILS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class OwnAlerts:
    """A person's choices for a client; `row` is None before the first."""

    preferences: AlertPreferences
    row: PreferenceRow | None


def own_alerts(scope: ClientScope) -> OwnAlerts:
    """The caller's choices; raises Problem for a key."""
    _check_person(scope.principal)
    row = preference_store.get_preferences(scope.connection, scope.client_id, scope.principal.actor)
    return OwnAlerts(row.preferences if row else AlertPreferences(), row)


def choose_own(scope: ClientScope, wanted: AlertPreferences) -> OwnAlerts:
    """The caller's choices from now on; raises Problem, UnknownZone and NotYours."""
    _check_person(scope.principal)
    principal = scope.principal
    choose(scope.connection, scope.client_id, principal.doer, principal.permissions, wanted)
    return own_alerts(scope)


def own_mails(scope: ClientScope) -> list[MailRow]:
    """The newest mails to the caller about the client; raises Problem for a key."""
    _check_person(scope.principal)
    return mail_store.newest_mails(
        scope.connection, scope.client_id, scope.principal.actor, MAILS_SHOWN
    )


def operator_choice(backend: Backend, caller: Principal) -> OperatorChoice:
    """Whether the caller, an operator, gets alerts of the installation; raises Problem."""
    user_id = _check_person(caller)
    with backend.database.identity() as c:
        found = operator_choices.choice_of(c, user_id)
    if found is None:
        raise Problem(NO_PERSON, "the operator was shut out meanwhile")
    return found


def choose_operator_alerts(backend: Backend, caller: Principal, *, wanted: bool) -> None:
    """Guarantees that the caller, an operator, gets alerts of the installation, or none."""
    user_id = _check_person(caller)
    with backend.database.identity() as c:
        if operator_choices.set_wanted(c, user_id, wanted=wanted):
            record_of_operators(c, caller.doer, "alerts.changed", caller.actor, wanted=wanted)


def _check_person(caller: Principal) -> UUID:
    if caller.user_id is None:
        raise Problem(NO_PERSON, "the caller is a key, and mail is for people")
    return caller.user_id
