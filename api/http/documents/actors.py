"""Sellers and actors as the API tells of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.access import ClientScope
from api.http.schemas import Document, ProviderName
from infringement_dagster.domain.actors.links import EvidenceKind, Link
from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.matching.actors.risk import Risk, RiskName
from infringement_dagster.reviewing.actors import Actor, SellerDetail
from resources.postgres.actors.actor_lists import ActorRow
from resources.postgres.actors.records import Counted
from resources.postgres.actors.seller_lists import SellerSummaryRow
from resources.postgres.clients.principals import principal_names


class RiskPartDocument(Document):
    """One part of a risk."""

    name: RiskName
    value: float = Field(ge=0, le=1, description="Of this part.", examples=[0.75])
    share: float = Field(ge=0, le=1, description="Of the whole; all add up to 1.", examples=[0.4])
    said: str = Field(
        description="What it counts, in words.", examples=["3 of 4 decided cases infringe"]
    )


class RiskDocument(Document):
    """How soon a person should look; no probability and no verdict."""

    value: float = Field(ge=0, le=1, description="The mean of its parts.", examples=[0.68])
    parts: list[RiskPartDocument]


class CountedDocument(Document):
    """Counts over cases; dropped ones do not count."""

    cases: int = Field(description="How many there are.", examples=[12])
    open_cases: int = Field(description="Of them, not decided.", examples=[5])
    infringing_cases: int = Field(description="Of them, decided so.", examples=[6])
    lawful_cases: int = Field(description="Of them, decided `not_infringing`.", examples=[1])
    removed_cases: int = Field(
        description="Infringing ones that a scan no longer found.", examples=[4]
    )
    first_flagged_at: datetime
    last_flagged_at: datetime
    risk: RiskDocument


class SellerDocument(CountedDocument):
    """A seller of the client's cases at one marketplace."""

    provider: ProviderName
    seller_key: str = Field(
        description="With `provider` its identity: `id:` and the marketplace's own id, or `name:` "
        "and the words of its name.",
        examples=["id:A1B2C3D4E5F6G7"],
    )
    seller_name: str = Field(description="As its marketplace shows it.", examples=["Brightpeak"])
    actor_id: UUID = Field(description="Who is behind it.")


class ActorDocument(CountedDocument):
    """Whoever is behind one or several sellers, as far as evidence tells."""

    actor_id: UUID = Field(description="It stays while the actor's first seller is its own.")
    name: str = Field(description="Of its first seller.", examples=["Brightpeak"])
    sellers: int = Field(description="How many it sells as.", examples=[4])
    providers: list[ProviderName] = Field(description="Where.")


class LinkedSellerDocument(Document):
    """One end of a link."""

    provider: ProviderName
    seller_key: str = Field(description="Its key there.", examples=["name:kindly deals"])
    seller_name: str = Field(description="As it is shown.", examples=["kindly deals"])
    actor_id: UUID = Field(description="Who is behind it.")


class EvidenceOfLinkDocument(Document):
    """One thing that two sellers have in common, or that speaks against one actor."""

    kind: EvidenceKind
    weight: float = Field(
        description="The logarithm of how much likelier it is with one actor behind both; below 0 "
        "it speaks against one.",
        examples=[9.4],
    )
    said: str = Field(
        description="The same in words.",
        examples=["both give the phone 8613912345678, as 2 sellers do"],
    )


class LinkDocument(Document):
    """Two sellers that one actor may be behind."""

    first: LinkedSellerDocument
    second: LinkedSellerDocument
    confidence: float = Field(ge=0, le=1, description="That one actor is.", examples=[0.98])
    ties: bool = Field(description="Whether it is enough to make both one actor.")
    evidence: list[EvidenceOfLinkDocument] = Field(description="The weightiest first.")


class SellerOfActorDocument(SellerDocument):
    """A seller of an actor."""

    pinned_by: str | None = Field(description="Who put it here; null: evidence did.")
    pinned_by_name: str | None
    pinned_at: datetime | None


class ActorDetailDocument(ActorDocument):
    """An actor with its sellers and what links them."""

    members: list[SellerOfActorDocument] = Field(description="Those with most cases first.")
    links: list[LinkDocument] = Field(description="Between its sellers, the surest first.")
    maybe: list[LinkDocument] = Field(
        description="To sellers of other actors: too weak, or cut by a person."
    )


class SellerDetailDocument(SellerOfActorDocument):
    """A seller with its actor and its links."""

    actor: ActorDocument = Field(description="Who is behind it.")
    links: list[LinkDocument] = Field(description="To other sellers, the surest first.")


def seller_document(row: SellerSummaryRow) -> SellerDocument:
    """The seller as a list shows it."""
    return SellerDocument(
        **_counted(row),
        provider=row.provider,
        seller_key=row.seller_key,
        seller_name=row.seller_name,
        actor_id=row.actor_id,
    )


def actor_document(row: ActorRow) -> ActorDocument:
    """The actor as a list shows it."""
    return ActorDocument(
        **_counted(row),
        actor_id=row.actor_id,
        name=row.name,
        sellers=row.sellers,
        providers=row.providers,
    )


def actor_detail(scope: ClientScope, actor: Actor) -> ActorDetailDocument:
    """The actor with every link in words."""
    known = {row.seller: row for row in actor.sellers} | dict(actor.others)
    return ActorDetailDocument(
        **actor_document(actor.row).model_dump(),
        members=_members(scope, actor.sellers),
        links=link_documents(actor.links, known),
        maybe=link_documents(actor.maybe, known),
    )


def seller_detail(scope: ClientScope, seller: SellerDetail) -> SellerDetailDocument:
    """The seller with every link in words."""
    known = {seller.row.seller: seller.row} | dict(seller.others)
    (member,) = _members(scope, [seller.row])
    return SellerDetailDocument(
        **member.model_dump(),
        actor=actor_document(seller.actor),
        links=link_documents(seller.links, known),
    )


def link_documents(
    links: Sequence[Link], known: Mapping[SellerKey, SellerSummaryRow]
) -> list[LinkDocument]:
    """The links, their ends named."""
    return [
        LinkDocument(
            first=_end(known[link.first]),
            second=_end(known[link.second]),
            confidence=link.confidence,
            ties=link.ties,
            evidence=[EvidenceOfLinkDocument.model_validate(item) for item in link.evidence],
        )
        for link in links
    ]


def risk_document(risk: Risk) -> RiskDocument:
    """The risk with its parts."""
    return RiskDocument(
        value=risk.value, parts=[RiskPartDocument.model_validate(part) for part in risk.parts]
    )


def _end(row: SellerSummaryRow) -> LinkedSellerDocument:
    return LinkedSellerDocument.model_validate(row)


def _members(scope: ClientScope, rows: Sequence[SellerSummaryRow]) -> list[SellerOfActorDocument]:
    signed = [row.pinned_by for row in rows if row.pinned_by is not None]
    names = principal_names(scope.connection, scope.client_id, signed)
    return [
        SellerOfActorDocument(
            **seller_document(row).model_dump(),
            pinned_by=row.pinned_by,
            pinned_by_name=None if row.pinned_by is None else names[row.pinned_by],
            pinned_at=row.pinned_at,
        )
        for row in rows
    ]


def _counted(row: Counted) -> dict[str, object]:
    counts = {name: getattr(row, name) for name in CountedDocument.model_fields if name != "risk"}
    return {**counts, "risk": risk_document(row.risk)}
