"""Groups as the API tells of them, and likenesses in words, for its pages too."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.access import ClientScope
from api.http.names import named_document
from api.http.schemas import CaseDocument, Document, ProviderName
from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.groups.likeness import Edge, Likeness
from infringement_dagster.reviewing.groups import Group
from resources.postgres.clients.principals import principal_names


class GroupDocument(Document):
    """Near-identical listings of the client, across marketplaces, sellers and scans."""

    group_id: UUID = Field(description="The case that the group began with.")
    cases: int = Field(examples=[12])
    open_cases: int = Field(description="Of them, not decided.", examples=[9])
    infringing_cases: int = Field(description="Of them, decided so.", examples=[3])
    lawful_cases: int = Field(description="Of them, decided `not_infringing`.", examples=[0])
    providers: list[ProviderName]
    sellers: int = Field(description="How many are named.", examples=[4])
    probability: float = Field(ge=0, le=1, description="The greatest of its cases.")
    shown_case_id: UUID = Field(description="The case with that probability.")
    title: str = Field(description="Of that case's listing.")
    first_flagged_at: datetime
    last_flagged_at: datetime


class ProposalDocument(Document):
    """The decision of the group's decided cases, for those that are open. Nobody took it yet."""

    decision: Decision
    reason: str | None = Field(description="The last that was given; null: none was.")
    decided_by: str = Field(description="Whose it was: an id that stays.")
    decided_by_name: str
    decided_at: datetime
    cases: int = Field(description="How many of the group are decided so.", examples=[3])


class EdgeDocument(Document):
    """A tie between two listings of the group, or one that a person has cut."""

    case_id: UUID
    earlier_case_id: UUID = Field(description="The case that it is like; grouped before it.")
    photo_bits: int | None = Field(description="Of 256 in which the photos differ; null: others.")
    title_share: float | None = Field(description="Of all words of both; null: other titles.")
    is_same_seller: bool
    is_relisting: bool = Field(description="One seller, one marketplace, the same words.")
    is_held_apart: bool = Field(description="True: a person put the two into different groups.")
    said: str = Field(
        description="The same in words.",
        examples=["same photo (4 of 256 bits differ), same seller"],
    )


class GroupedCaseDocument(CaseDocument):
    """A case of a group."""

    pinned_by: str | None = Field(description="Who put it here; null: its likeness did.")
    pinned_by_name: str | None
    pinned_at: datetime | None
    is_exception: bool = Field(description="Left out of the group's last decision.")
    proposed: Decision | None = Field(description="What the group proposes for it, if anything.")


class GroupDetailDocument(GroupDocument):
    """A group with its cases, at most 1,000, and what ties them together."""

    seen: str = Field(description="Send it with a decision: it names the open cases you have read.")
    proposal: ProposalDocument | None
    members: list[GroupedCaseDocument]
    edges: list[EdgeDocument] = Field(description="In the order in which the cases came.")


def group_document(scope: ClientScope, group: Group) -> GroupDetailDocument:
    """The group with everything that a decision on it needs."""
    row = GroupDocument.model_validate(group.row)
    proposed = group.proposal
    return GroupDetailDocument(
        **row.model_dump(),
        seen=group.seen,
        proposal=named_document(ProposalDocument, scope, proposed, "decided_by")
        if proposed
        else None,
        members=_members(scope, group),
        edges=[edge_document(edge) for edge in group.edges],
    )


def edge_document(edge: Edge) -> EdgeDocument:
    """The edge with its sentence."""
    return EdgeDocument(
        case_id=edge.case_id,
        earlier_case_id=edge.earlier_case_id,
        photo_bits=edge.likeness.photo_bits,
        title_share=edge.likeness.title_share,
        is_same_seller=edge.likeness.is_same_seller,
        is_relisting=edge.likeness.is_relisting,
        is_held_apart=edge.is_held_apart,
        said=said_of(edge.likeness),
    )


def said_of(likeness: Likeness) -> str:
    """The likeness in words: `same photo (4 of 256 bits differ), same seller`."""
    said = []
    if likeness.photo_bits is not None:
        bits = likeness.photo_bits
        said.append(f"same photo ({bits} of 256 bits differ)" if bits else "the very same photo")
    if likeness.title_share is not None:
        share = round(100 * likeness.title_share)
        said.append("same title" if share == 100 else f"{share}% of both titles' words")
    if likeness.is_same_seller:
        said.append("same seller, listed again" if likeness.is_relisting else "same seller")
    return ", ".join(said)


def _members(scope: ClientScope, group: Group) -> list[GroupedCaseDocument]:
    signed = [item.membership.pinned_by for item in group.cases if item.membership.pinned_by]
    names = principal_names(scope.connection, scope.client_id, signed)
    documents = []
    for item in group.cases:
        membership, proposed = item.membership, group.proposed(item)
        pinned_by = membership.pinned_by
        documents.append(
            GroupedCaseDocument(
                **CaseDocument.model_validate(item.case).model_dump(),
                pinned_by=pinned_by,
                pinned_by_name=None if pinned_by is None else names[pinned_by],
                pinned_at=membership.pinned_at,
                is_exception=membership.is_exception,
                proposed=None if proposed is None else proposed.decision,
            )
        )
    return documents
