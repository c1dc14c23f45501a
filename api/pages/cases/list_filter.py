"""Which cases the address of a page asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from pydantic import Field, StringConstraints

from api.access import AnyCaller
from api.http.cursors import CURSOR_CHARS_MAX
from api.http.schemas import OR_NONE, ProviderName
from infringement_dagster.domain.case import CaseOrigin, CaseState, Decision
from infringement_dagster.domain.moderation.rules import RULE_NAME
from infringement_dagster.domain.score import ViolationType
from resources.postgres.cases.case_lists import CaseCount, CaseFilter, CaseOrder

Given = TypeVar("Given")
_LINE_MAX: Final = 200
TabName = Literal["open", "unsure", "infringing", "not_infringing", "all"]
_Asked = Annotated[Given | None, OR_NONE, Query()]
_Line = Annotated[str, StringConstraints(max_length=_LINE_MAX, pattern=r"^[^\x00]*$")]
_Assignee = Annotated[str, StringConstraints(pattern=r"^(me|nobody|user:[0-9a-f-]{36})$")]
_RuleName = Annotated[str, StringConstraints(pattern=RULE_NAME)]
_Share = Annotated[float, Field(ge=0, le=1)]
SORTS: Final[dict[CaseOrder, str]] = {
    "most_probable": "Most probable first",
    "least_probable": "Least probable first",
    "newest": "Newest first",
    "oldest": "Oldest first",
    "cheapest": "Cheapest first",
    "most_visible": "Highest in search results first",
}
# Those that the address names beside tab and order, by their names in `CaseFilter`.
_FILTERS: Final = (
    "provider",
    "violation_type",
    "probability_min",
    "seller",
    "text",
    "origin",
    "scan_id",
    "priority",
    "rule",
    "assignee",
    "overdue",
    "tag",
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of all cases."""

    name: TabName
    label: str
    state: CaseState | None = None
    decision: Decision | None = None
    set_aside: bool | None = None

    def cases_among(self, counted: CaseCount) -> int:
        """How many of these cases are in the tab."""
        if self.state not in (None, counted.state) or self.decision not in (None, counted.decision):
            return 0
        if self.set_aside is None:
            return counted.cases
        return counted.set_aside if self.set_aside else counted.cases - counted.set_aside


TABS: Final[dict[TabName, Tab]] = {
    "open": Tab("open", "To review", state="open", set_aside=False),
    "unsure": Tab("unsure", "Unsure", state="open", set_aside=True),
    "infringing": Tab("infringing", "Infringing", decision="infringing"),
    "not_infringing": Tab("not_infringing", "Not infringing", decision="not_infringing"),
    "all": Tab("all", "All"),
}


_TO_REVIEW: Final = CaseFilter(state="open", set_aside=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filtered and sorted list of cases, and where in it a page begins."""

    tab: TabName = "open"
    sort: CaseOrder = "most_probable"
    cursor: str | None = None
    filter: CaseFilter = _TO_REVIEW

    @property
    def address(self) -> str:
        """The query that asks for this list from its beginning."""
        asked: dict[str, object] = {"tab": self.tab, "sort": self.sort}
        for name in _FILTERS:
            if (value := getattr(self.filter, name)) is not None:
                asked[name] = value
        return urlencode({name: str(value) for name, value in asked.items()}, errors="replace")

    @property
    def here(self) -> str:
        """The query that asks for this page of the list."""
        return (
            f"{self.address}&{urlencode({'cursor': self.cursor})}" if self.cursor else self.address
        )

    @property
    def unfiltered(self) -> Wanted:
        """All cases of the tab in the same order."""
        return Wanted(sort=self.sort).in_tab(self.tab)

    def in_tab(self, tab: TabName) -> Wanted:
        """The same filters in another tab, from the beginning."""
        wanted = TABS[tab]
        there = replace(
            self.filter,
            state=wanted.state,
            decision=wanted.decision,
            set_aside=wanted.set_aside,
        )
        return Wanted(tab, self.sort, None, there)

    def in_order(self, sort: CaseOrder) -> Wanted:
        """The same cases in another order, from the beginning."""
        return replace(self, sort=sort, cursor=None)

    def of_seller(self, seller: str) -> Wanted:
        """The cases of this seller among them, from the beginning."""
        return replace(self, cursor=None, filter=replace(self.filter, seller=seller[:_LINE_MAX]))

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter but the tab is set."""
        return self.filter != Wanted().in_tab(self.tab).filter


def wanted_cases(
    caller: AnyCaller,
    tab: TabName = "open",
    sort: CaseOrder = "most_probable",
    provider: _Asked[ProviderName] = None,
    violation_type: _Asked[ViolationType] = None,
    probability_min: _Asked[_Share] = None,
    seller: _Asked[_Line] = None,
    text: _Asked[_Line] = None,
    origin: _Asked[CaseOrigin] = None,
    scan_id: _Asked[UUID] = None,
    priority: _Asked[bool] = None,
    rule: _Asked[_RuleName] = None,
    assignee: _Asked[_Assignee] = None,
    overdue: _Asked[bool] = None,
    tag: _Asked[_Line] = None,
    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARS_MAX)] = None,
) -> Wanted:
    """The filter that the address asks for."""
    asked = CaseFilter(
        TABS[tab].state,
        TABS[tab].decision,
        provider,
        violation_type,
        probability_min,
        seller,
        text,
        origin=origin,
        set_aside=TABS[tab].set_aside,
        scan_id=scan_id,
        priority=priority,
        rule=rule,
        assignee=caller.actor if assignee == "me" else assignee,
        overdue=overdue,
        tag=None if tag is None else " ".join(tag.lower().split()),
    )
    return Wanted(tab, sort, cursor, asked)
