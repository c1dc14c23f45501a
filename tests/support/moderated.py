"""A client with lists and rules over flagged cases, for tests of what rules do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from infringement_dagster.clients.moderation.guard import rules_in_force
from infringement_dagster.clients.moderation.lists import add_entry
from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.moderation.changes import Change
from infringement_dagster.domain.moderation.lists import ListedSeller, ListEntry, ListName
from infringement_dagster.flagging.moderation.apply_rules import Applied, apply_rules
from infringement_dagster.flagging.moderation.preview_rules import planned
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases import case_lists
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.cases.moderation.list_store import NewEntry
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import Doer
from resources.postgres.database import Database
from tests.support.grouped import CONFIG, Found, GroupScene
from tests.support.grouped import begin as begin_groups

ANN = Doer("user:ann")
SURE: Mapping[str, object] = {
    "name": "surely-infringing",
    "then": "decide_infringing",
    "when": {"probability_at_least": 0.97},
}
DEALERS: Mapping[str, object] = {
    "name": "dealers",
    "then": "decide_not_infringing",
    "when": {"seller_list": "allow"},
}
URGENT: Mapping[str, object] = {
    "name": "urgent",
    "then": "flag_priority",
    "when": {"probability_at_least": 0.9},
}


@dataclass(frozen=True, slots=True)
class ModeratedScene:
    """A client whose rules act at the end of each scan."""

    groups: GroupScene
    rules: tuple[Mapping[str, object], ...]

    @property
    def database(self) -> Database:
        return self.groups.database

    @property
    def client_id(self) -> str:
        return self.groups.client_id

    def save(self, *rules: Mapping[str, object]) -> ModeratedScene:
        """The scene under a newer config with these rules."""
        document = CONFIG | {"rules": list(rules)}
        with self.database.client(self.client_id) as c:
            client_store.save_config(c, self.client_id, document, "tests")
        return ModeratedScene(self.groups, rules)

    def flag(self, *found: Found) -> None:
        """A scan flags and groups the listings; no rule acts on them yet."""
        self.groups.scan(*found)
        self.save(*self.rules)

    def scan(self, *found: Found) -> Applied:
        """A scan flags the listings, groups them, and the rules act."""
        self.groups.scan(*found)
        return self.apply()

    def apply(self) -> Applied:
        """The rules act at the end of a run that found nothing new."""
        run = self.groups.flag("ebay", [])
        self.save(*self.rules)
        return apply_rules(self.database, run)

    def planned(self) -> list[Change]:
        """The changes that the next run would make."""
        with self.database.client(self.client_id) as c:
            rules = rules_in_force(c, self.client_id).rules
            return planned(c, self.client_id, rules)[0]

    def list_seller(
        self,
        list_name: ListName,
        name: str = "Sly",
        *,
        provider: str = "ebay",
        seller_id: str | None = None,
        expires_at: datetime | None = None,
    ) -> ListEntry:
        """The seller on the list."""
        new = NewEntry(
            list_name, ListedSeller(provider, name, seller_id), "known to us", expires_at
        )
        with self.database.client(self.client_id) as c:
            return add_entry(c, self.client_id, new, ANN)

    def decide(self, listing_id: str, decision: Decision, by: str = "user:ann") -> None:
        """A person's decision on the case of the listing as it is now."""
        case = self.case(listing_id)
        with self.database.client(self.client_id) as c:
            decide(c, self.client_id, case.case_id, decision, "looked at it", by, case.version)

    def case(self, listing_id: str) -> CaseSummaryRow:
        """The case of the listing as lists show it."""
        with self.database.client(self.client_id) as c:
            case = case_lists.get_case(c, self.client_id, self.groups.case(listing_id))
        assert case is not None
        return case

    def stands(self, listing_id: str) -> tuple[str, str | None, str | None]:
        """State and decision of the listing's case, and the rule that decided it."""
        case = self.case(listing_id)
        return case.state, case.decision, case.decided_by_rule

    def events(self, *types: str) -> list[tuple[str, dict[str, object]]]:
        """The events of these types with their bodies, the first first."""
        with self.database.client(self.client_id) as c:
            return c.execute(
                "SELECT type, body FROM events WHERE type = ANY(%s) ORDER BY event_no",
                (list(types),),
            ).fetchall()

    def versions(self) -> dict[UUID, int]:
        """The version of every case."""
        with self.database.client(self.client_id) as c:
            return dict(c.execute("SELECT case_id, version FROM cases").fetchall())


def begin(
    database: Database, *rules: Mapping[str, object], client_id: str = "acme"
) -> ModeratedScene:
    """The scene of a client that does not exist yet."""
    return ModeratedScene(begin_groups(database, client_id), tuple(rules))


def names(changes: Sequence[Change]) -> dict[str, tuple[str, str, str | None]]:
    """By listing the kind of change, the rule and the decision."""
    return {
        change.candidate.listing_id: (change.kind, change.rule.name, change.decision)
        for change in changes
    }
