"""Which cases the address of a page asks for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BeforeValidator, Field, StringConstraints

from api.http.cursors import CURSOR_CHARS_MAX
from infringement_dagster.domain.case import CaseOrigin, CaseState, Decision
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import ViolationType
from resources.postgres.cases.case_lists import CaseCount, CaseFilter, CaseOrder

Given = TypeVar("Given")
TabName = Literal["open", "infringing", "not_infringing", "all"]
# A form sends its empty fields too; they ask for nothing.
_Asked = Annotated[Given | None, BeforeValidator(lambda given: given or None), Query()]
_Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
_Share = Annotated[float, Field(ge=0, le=1)]
SORTS: Final[dict[CaseOrder, str]] = {
    "most_probable": "Most probable first",
    "newest": "Newest first",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of all cases."""

    name: TabName
    label: str
    state: CaseState | None = None
    decision: Decision | None = None

    def holds(self, counted: CaseCount) -> bool:
        """Whether these cases are in the tab."""
        return self.state in (None, counted.state) and self.decision in (None, counted.decision)


TABS: Final[dict[TabName, Tab]] = {
    "open": Tab("open", "To review", state="open"),
    "infringing": Tab("infringing", "Infringing", decision="infringing"),
    "not_infringing": Tab("not_infringing", "Not infringing", decision="not_infringing"),
    "all": Tab("all", "All"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filtered and sorted list of cases, and where in it a page begins."""

    tab: TabName = "open"
    sort: CaseOrder = "most_probable"
    cursor: str | None = None
    filter: CaseFilter = field(default_factory=CaseFilter)

    @property
    def address(self) -> str:
        """The query that asks for this list from its beginning."""
        asked: dict[str, object] = {"tab": self.tab, "sort": self.sort}
        for name in ("provider", "violation_type", "probability_min", "seller", "text", "origin"):
            if (value := getattr(self.filter, name)) is not None:
                asked[name] = value
        return urlencode({name: str(value) for name, value in asked.items()}, errors="replace")

    def in_tab(self, tab: TabName) -> Wanted:
        """The same filters in another tab, from the beginning."""
        there = replace(self.filter, state=TABS[tab].state, decision=TABS[tab].decision)
        return Wanted(tab, self.sort, None, there)

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter but the tab is set."""
        return self.filter != CaseFilter(TABS[self.tab].state, TABS[self.tab].decision)


def wanted_cases(
    tab: TabName = "open",
    sort: CaseOrder = "most_probable",
    provider: _Asked[Provider] = None,
    violation_type: _Asked[ViolationType] = None,
    probability_min: _Asked[_Share] = None,
    seller: _Asked[_Line] = None,
    text: _Asked[_Line] = None,
    origin: _Asked[CaseOrigin] = None,
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
    )
    return Wanted(tab, sort, cursor, asked)
