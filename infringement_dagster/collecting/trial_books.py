"""The books of a question of no scan: what `resources/providers/charge_ledger.py` is to a run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.trial_credits import reserve_trial
from resources.postgres.database import Database
from resources.postgres.scans import usage_store
from resources.providers.charge_ledger import usage_rows
from resources.providers.plug_in import Question
from resources.providers.vendor_answers import Books, Charge


@dataclass(slots=True)
class TrialBooks:
    """The question of one trial or screenshot and its charge, kept while they happen."""

    database: Database
    client_id: str
    provider: Provider
    vendor: str
    what: str = "a trial search"  # as who has no credits left is told
    _settled: set[UUID] = field(default_factory=set)

    def books(self) -> Books:
        """The books that the vendor's client is given."""

        async def asked(request_id: UUID, question: Question) -> None:
            await asyncio.to_thread(self._reserve, request_id, question)

        async def told(request_id: UUID, charges: tuple[Charge, ...]) -> None:
            await asyncio.to_thread(self._told, request_id, charges)

        return Books(asked, told)

    def _reserve(self, request_id: UUID, question: Question) -> None:
        asked = usage_store.Question(request_id, self.vendor, question.endpoint, question.credits)
        with self.database.client(self.client_id) as c:
            reserve_trial(c, self.client_id, self.provider, asked, self.what)

    def _told(self, request_id: UUID, charges: tuple[Charge, ...]) -> None:
        if charges:
            self.settle(charges)
            return
        with self.database.client(self.client_id) as c:
            usage_store.settle_free(c, self.client_id, [request_id])

    def settle(self, charges: Sequence[Charge]) -> None:
        """Guarantees that these charges are kept; each counts once."""
        left = [charge for charge in charges if charge.request_id not in self._settled]
        if not left:
            return
        with self.database.client(self.client_id) as c:
            usage_store.put_trial_usage(
                c, self.client_id, usage_rows(self.provider, self.vendor, left)
            )
        self._settled.update(charge.request_id for charge in left)
