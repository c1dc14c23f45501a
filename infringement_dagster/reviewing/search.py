"""The one way in which a client's things are searched: by route and by page."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, fields
from typing import Final

from psycopg import Connection

from infringement_dagster.domain.permissions import Permission
from infringement_dagster.domain.search.sought import FOUND_KINDS, FoundKind, Sought
from resources.postgres.cases import search_query
from resources.postgres.cases.case_lists import (
    CaseFilter,
    CaseSummaryRow,
    case_page,
    cases_of_ids,
)
from resources.postgres.cases.search_query import (
    FoundListing,
    FoundNotice,
    FoundReference,
    FoundScan,
    FoundSeller,
)

NEEDS: Final[dict[FoundKind, Permission]] = {
    "cases": "results:read",
    "listings": "results:read",
    "sellers": "results:read",
    "notices": "results:read",
    "references": "config:read",
    "scans": "scans:read",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The first few things of each kind, the likeliest to be meant first."""

    cases: Sequence[CaseSummaryRow] = ()
    listings: Sequence[FoundListing] = ()  # that are no case
    sellers: Sequence[FoundSeller] = ()
    notices: Sequence[FoundNotice] = ()
    references: Sequence[FoundReference] = ()
    scans: Sequence[FoundScan] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not any(getattr(self, field.name) for field in fields(self))


def kinds_for(permissions: Set[Permission]) -> frozenset[FoundKind]:
    """The kinds of things that whoever holds these permissions may find."""
    return frozenset(kind for kind in FOUND_KINDS if NEEDS[kind] in permissions)


def find(c: Connection, client_id: str, sought: Sought, kinds: Set[FoundKind], most: int) -> Found:
    """At most `most` of each of these kinds; nothing where too little is sought."""
    if not sought.is_enough:
        return Found()

    def asked(kind: FoundKind) -> bool:
        return kind in kinds

    return Found(
        _cases(c, client_id, sought, most) if asked("cases") else (),
        search_query.listings_found(c, client_id, sought, most) if asked("listings") else (),
        search_query.sellers_found(c, client_id, sought.text, most) if asked("sellers") else (),
        search_query.notices_found(c, client_id, sought, most) if asked("notices") else (),
        search_query.references_found(c, client_id, sought, most) if asked("references") else (),
        search_query.scans_found(c, client_id, sought.ids, most)
        if asked("scans") and sought.ids
        else (),
    )


def _cases(c: Connection, client_id: str, sought: Sought, most: int) -> list[CaseSummaryRow]:
    """Those of the id first, then those with the text in their title."""
    named = cases_of_ids(c, client_id, sought.ids, sought.listing_ids, most)
    titled = case_page(c, client_id, CaseFilter(text=sought.text), "most_probable", most)
    found = {case.case_id: case for case in (*named, *titled)}
    return list(found.values())[:most]
