"""One case with everything that a decision needs: its signals, evidence and history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.access import ClientScope
from api.http.documents.signals import SignalDocument, signal_document
from api.http.names import named_documents
from api.http.schemas import CaseDocument, Document
from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.moderation.lists import ListEntry, ListName, SubjectKind, kind_of
from infringement_dagster.domain.score import ViolationType
from infringement_dagster.evidence.manifest import EvidenceKind
from resources.postgres.cases import case_lists, case_store, decision_store, evidence_store
from resources.postgres.cases.moderation import list_store
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.listings import history_query, score_store


class DecisionDocument(Document):
    """A person's or a rule's decision."""

    decision_no: int
    decision: Decision
    reason: str
    decided_by: str = Field(description="An id that stays.")
    decided_by_name: str
    decided_at: datetime
    takes_back: bool = Field(description="Whether it undoes the one before; that one stays here.")
    rule: str | None = Field(
        description="The rule whose decision it is or restores; null: a person's.",
        examples=["dealers"],
    )
    rule_version: int | None = Field(
        description="The version of the config that had the rule.", examples=[7]
    )


class EvidenceDocument(Document):
    """One frozen copy; its bytes are at `evidence/{evidence_no}`."""

    evidence_no: int
    kind: EvidenceKind
    sha256: str
    size_bytes: int
    media_type: str
    scan_id: UUID
    captured_at: datetime


class OtherTypeDocument(Document):
    """A kind of violation that comes close."""

    violation_type: ViolationType
    would_need: str = Field(
        description="What else would have to be true; completes 'it would be that kind if ...'."
    )


class RankDocument(Document):
    """Where a search showed the listing."""

    query: str = Field(description="The words searched for.", examples=["acme bottle"])
    page: int = Field(description="Of the results, from 1.", examples=[1])
    position: int = Field(description="On that page, from 1.", examples=[3])


class FoundByPhotoDocument(Document):
    """The reference photo whose likeness found the listing, which no words had."""

    reference_id: UUID
    file_name: str = Field(description="As it was uploaded.", examples=["bottle-front.jpg"])
    position: int = Field(description="Among what looks like it, from 1.", examples=[2])


class ListedDocument(Document):
    """A list that the case's seller or listing is on."""

    entry_id: UUID
    list_name: ListName
    kind: SubjectKind
    reason: str
    added_at: datetime
    expires_at: datetime | None


class CaseDetailDocument(CaseDocument):
    """A case with everything that a decision needs."""

    calibrated: bool | None = Field(description="Whether `probability` is one; null if unknown.")
    other_types: list[OtherTypeDocument] = Field(
        description="Kinds that come close to `violation_type`, the nearest first."
    )
    rank: RankDocument | None = Field(
        description="Where the last scan that saw it first found it; null: not kept, or by a photo."
    )
    found_by_photo: FoundByPhotoDocument | None = Field(
        description="The photo by which the last scan that saw it found it; null: words did."
    )
    signals: list[SignalDocument]
    evidence: list[EvidenceDocument]
    decisions: list[DecisionDocument]
    lists: list[ListedDocument] = Field(description="Lists that hold now, the listing's first.")


def case_detail(scope: ClientScope, case_id: UUID) -> CaseDetailDocument:
    """The case as its client sees it; raises UnknownCase."""
    c, client_id = scope.connection, scope.client_id
    row = case_lists.get_case(c, client_id, case_id)
    if row is None:
        raise case_store.UnknownCase(f"client {client_id} has no case {case_id}")
    score = score_store.score_of(c, client_id, row.scan_id, row.provider, row.listing_id)
    rank = history_query.rank_of(c, client_id, row.provider, row.listing_id)
    photo = history_query.photo_that_found(c, client_id, row.provider, row.listing_id)
    evidence = evidence_store.evidence_of(c, client_id, case_id)
    decisions = decision_store.decisions_of(c, client_id, case_id)
    return CaseDetailDocument(
        **CaseDocument.model_validate(row).model_dump(),
        calibrated=None if score is None else score.calibrated,
        other_types=[]
        if score is None
        else [OtherTypeDocument.model_validate(other) for other in score.other_types],
        rank=None if rank is None else RankDocument.model_validate(rank),
        found_by_photo=None if photo is None else FoundByPhotoDocument.model_validate(photo),
        signals=[] if score is None else [signal_document(signal) for signal in score.signals],
        evidence=_evidence_documents(evidence),
        decisions=named_documents(DecisionDocument, scope, decisions, "decided_by"),
        lists=[_listed(entry) for entry in list_store.entries_for_case(c, client_id, case_id)],
    )


def _listed(entry: ListEntry) -> ListedDocument:
    return ListedDocument(
        entry_id=entry.entry_id,
        list_name=entry.list_name,
        kind=kind_of(entry.subject),
        reason=entry.reason,
        added_at=entry.added_at,
        expires_at=entry.expires_at,
    )


def _evidence_documents(rows: Sequence[EvidenceRow]) -> list[EvidenceDocument]:
    return [
        EvidenceDocument(
            evidence_no=number,
            kind=row.kind,
            sha256=row.sha256,
            size_bytes=row.size_bytes,
            media_type=row.media_type,
            scan_id=row.scan_id,
            captured_at=row.captured_at,
        )
        for number, row in enumerate(rows, start=1)
    ]
