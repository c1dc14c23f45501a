"""Questions and charges of one run, noted in Postgres while they happen.

A process that is killed between the two leaves the question unsettled: nobody but the vendor knows
whether it was billed, and the vendor gives no statement by request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from infringement_dagster.domain.listing import Provider
from resources.batching import CallBatcher
from resources.postgres.database import Database
from resources.postgres.scans import usage_store
from resources.postgres.scans.records import UsageRow
from resources.providers.plug_in import Question
from resources.providers.vendor_answers import Books, Charge


@dataclass(slots=True)
class ChargeLedger:
    """The questions and charges of one run under one epoch."""

    database: Database
    client_id: str
    scan_id: UUID
    provider: Provider
    epoch: int
    vendor: str
    credits: int = 0  # charged so far
    _settled: set[UUID] = field(default_factory=set)
    _ask: CallBatcher[tuple[UUID, Question], None] = field(init=False)
    _tell: CallBatcher[tuple[UUID, tuple[Charge, ...]], None] = field(init=False)

    def __post_init__(self) -> None:
        self._ask = CallBatcher(self._note_all)
        self._tell = CallBatcher(self._settle_all)

    def books(self) -> Books:
        """The books that a vendor's client is given."""
        return Books(self._asked, self._told)

    async def _asked(self, request_id: UUID, question: Question) -> None:
        await self._ask((request_id, question))

    async def _told(self, request_id: UUID, charges: tuple[Charge, ...]) -> None:
        await self._tell((request_id, charges))

    def _note_all(self, asked: Sequence[tuple[UUID, Question]]) -> list[None]:
        questions = [
            usage_store.Question(request_id, self.vendor, question.endpoint, question.credits)
            for request_id, question in asked
        ]
        with self.database.client(self.client_id) as c:
            usage_store.note_questions(
                c, self.client_id, self.scan_id, self.provider, self.epoch, questions
            )
        return [None] * len(asked)

    def _settle_all(self, told: Sequence[tuple[UUID, tuple[Charge, ...]]]) -> list[None]:
        free = [request_id for request_id, charges in told if not charges]
        if free:
            with self.database.client(self.client_id) as c:
                usage_store.settle_free(c, self.client_id, free)
        self.settle([charge for _, charges in told for charge in charges])
        return [None] * len(told)

    def settle(self, charges: Sequence[Charge]) -> None:
        """Guarantees that these charges are kept; each counts once."""
        left = [charge for charge in charges if charge.request_id not in self._settled]
        if not left:
            return
        with self.database.client(self.client_id) as c:
            usage_store.put_usage(
                c, self.client_id, self.scan_id, usage_rows(self.provider, self.vendor, left)
            )
        self._settled.update(charge.request_id for charge in left)
        self.credits += sum(charge.credits for charge in left)


def usage_rows(provider: Provider, vendor: str, charges: Iterable[Charge]) -> list[UsageRow]:
    """The charges as they are kept."""
    return [
        UsageRow(
            request_id=charge.request_id,
            provider=provider,
            vendor=vendor,
            endpoint=charge.endpoint,
            status=charge.status,
            credits=charge.credits,
            charged_at=charge.at,
        )
        for charge in charges
    ]
