"""Everything that happened to a case, in the order in which it did; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from api.pages.formatting import RELATIONS
from api.pages.languages.words import gettext, translated
from infringement_dagster.domain.listing_history import Turn
from infringement_dagster.notices.channels import Channel
from resources.postgres.cases.notice_store import NoticeChangeRow
from resources.postgres.cases.records import DecisionRow
from resources.postgres.cases.relation_store import RelationRow
from resources.postgres.listings.records import ListingRow

_RELATED_SHOWN = 5  # a seller may have been relisted a hundred times

Kind = Literal["first_seen", "last_seen", "listing", "relation", "decision", "notice"]


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """Another case that shows the same seller or photo; the earlier one is infringing."""

    case_id: UUID
    is_earlier: bool
    by: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeChange:
    """A state that the notice through a channel took."""

    channel: Channel
    change: NoticeChangeRow


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened; `what` is of the type that the kind names."""

    at: datetime
    kind: Kind
    what: ListingRow | Turn | RelatedCase | DecisionRow | NoticeChange


@dataclass(frozen=True, slots=True)
class Timeline:
    """The life of a case, the earliest first; of many related cases the first few."""

    happened: list[Happened]
    related_more: int

    @property
    def signed_by(self) -> list[str]:
        """Who decided or changed a notice, as history names them."""
        return [
            entry.what.decided_by
            if isinstance(entry.what, DecisionRow)
            else entry.what.change.changed_by
            for entry in self.happened
            if isinstance(entry.what, DecisionRow | NoticeChange)
        ]


def timeline(
    case_id: UUID,
    listing: ListingRow,
    turns: Sequence[Turn],
    relations: Iterable[RelationRow],
    decisions: Iterable[DecisionRow],
    notices: Iterable[NoticeChange],
) -> Timeline:
    """The life of the case; what happened at one moment keeps the order given here."""
    related = _related_cases(relations, case_id)
    # A scan's changes bear the time of its end, after it last saw the listing.
    seen_at = [turn.look.at for turn in turns if turn.look.seen]
    found = [
        Happened(listing.first_seen_at, "first_seen", listing),
        *_changes(turns),
        Happened(max([listing.last_seen_at, *seen_at]), "last_seen", listing),
        *(Happened(item.found_at, "relation", item) for item in related[:_RELATED_SHOWN]),
        *(Happened(item.decided_at, "decision", item) for item in decisions),
        *(Happened(item.change.changed_at, "notice", item) for item in notices),
    ]
    more = max(0, len(related) - _RELATED_SHOWN)
    return Timeline(sorted(found, key=lambda entry: entry.at), more)


def _changes(turns: Iterable[Turn]) -> Iterator[Happened]:
    for turn in turns:
        if turn.kind != "first_seen":  # the listing itself says when
            yield Happened(turn.look.at, "listing", turn)


def _by(found: Iterable[RelationRow]) -> str:
    return f" {gettext('and')} ".join(translated(RELATIONS[row.kind]) for row in found)


def _related_cases(rows: Iterable[RelationRow], case_id: UUID) -> list[RelatedCase]:
    """One of each other case, in the order found."""
    kinds: dict[tuple[UUID, bool], list[RelationRow]] = {}
    for row in rows:
        is_earlier = row.case_id == case_id
        other = row.earlier_case_id if is_earlier else row.case_id
        kinds.setdefault((other, is_earlier), []).append(row)
    return [
        RelatedCase(other, is_earlier, _by(found), found[0].found_at)
        for (other, is_earlier), found in kinds.items()
    ]
