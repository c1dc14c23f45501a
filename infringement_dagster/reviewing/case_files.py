"""Facts about a case beside its frozen copies: whose it is, by which right, who decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.client import RightsHolder
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.evidence.first_page import CaseFile, Decided
from resources.postgres.cases import decision_store
from resources.postgres.cases.records import DecisionRow
from resources.postgres.clients import client_store
from resources.postgres.clients.principals import principal_names
from resources.providers.registry import installed


def case_file(c: Connection, client_id: str, case_id: UUID, provider: str) -> CaseFile:
    """The facts about the case as they stand at present; raises UnknownClient."""
    decisions = decision_store.decisions_of(c, client_id, case_id)
    names = principal_names(c, client_id, (taken.decided_by for taken in decisions))
    return CaseFile(
        str(case_id),
        client_store.get_client(c, client_id).display_name,
        installed().title(provider),
        _rights_holder(c, client_id),
        list(_decided(decisions, names)),
    )


def _decided(decisions: list[DecisionRow], names: Mapping[str, str]) -> Iterator[Decided]:
    for taken in decisions:
        by = names.get(taken.decided_by, taken.decided_by)
        if taken.rule is not None and not taken.takes_back:
            by = f"the client's rule “{taken.rule}”"
        yield Decided(taken.decided_at, taken.decision, by, taken.reason, taken.takes_back)


def _rights_holder(c: Connection, client_id: str) -> RightsHolder | None:
    """The holder that the client's config names; None where it names none or cannot be read."""
    try:
        return load_client_config(c, client_id).rights_holder
    except PermanentError:
        return None  # a config that no longer holds keeps nobody from the evidence
