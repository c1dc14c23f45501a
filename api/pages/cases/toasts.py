"""The line that tells of the decisions just before, with the offer to take them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.access import ClientScope
from api.pages.cases.case_reading import found_case
from api.pages.formatting import decision_name
from api.pages.languages.figures import count
from api.pages.languages.words import gettext, ngettext
from resources.postgres.cases.decision_store import decided_at_once as taken_at


@dataclass(frozen=True, slots=True)
class OneCase:
    """The case whose last decision can be taken back."""

    case_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Toast:
    """A line about what was just done; `title` is a listing's, `undo` what can be taken back."""

    told: str
    title: str = ""
    undo: OneCase | datetime | None = None


def decided_just_before(scope: ClientScope, case_id: UUID | None) -> Toast | None:
    """Tells of the case decided just before."""
    if case_id is None:
        return None
    case = found_case(scope, case_id)
    told = decision_name(case.decision or "unsure")
    return Toast(told, case.title, OneCase(case_id, case.version))


def decided_at_once(scope: ClientScope, decided_at: datetime | None) -> Toast | None:
    """Tells of the caller's decisions of one moment that still hold."""
    if decided_at is None:
        return None
    actor = scope.principal.actor
    taken = taken_at(scope.connection, scope.client_id, actor, decided_at)
    if not taken:
        return None
    told = decision_name(taken[0].decision)
    if len(taken) == 1:
        return Toast(told, taken[0].title, decided_at)
    several = gettext("%(decision)s: %(cases)s cases", decision=told, cases=count(len(taken)))
    if len({item.decision for item in taken}) > 1:  # as groups proposed for each
        several = gettext("%(cases)s cases decided", cases=count(len(taken)))
    return Toast(several, undo=decided_at)


def taken_back(number: int) -> Toast:
    """Tells how many decisions were taken back."""
    single, many = "%(number)s decision taken back", "%(number)s decisions taken back"
    return Toast(ngettext(single, many, number, number=count(number)))
