"""A run's credits: it asks for no more than were reserved for it, whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from resources.providers.plug_in import Question
from resources.providers.vendor_answers import Books, Charge, RequestRefused


@dataclass(slots=True)
class SpendingLimit:
    """The credits that one run may still ask for.

    A question counts at its price from before it leaves until its charge is told; one that nobody
    told the charge of, as after a time-out, counts for good: it may have been billed. For one event
    loop.
    """

    credits_max: int
    charged: int = 0
    _open: dict[UUID, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """The credits that may still be asked for."""
        return self.credits_max - self.charged - sum(self._open.values())

    def books(self, books: Books) -> Books:
        """The same books, which refuse a question that the run has no credits for."""

        async def asked(request_id: UUID, question: Question) -> None:
            self._take(request_id, question)
            await books.asked(request_id, question)

        async def told(request_id: UUID, charges: tuple[Charge, ...]) -> None:
            self._settle(request_id, charges)
            await books.told(request_id, charges)

        return Books(asked, told)

    def _take(self, request_id: UUID, question: Question) -> None:
        if question.credits > self.left:
            raise RequestRefused(
                "credits_spent",
                f"{question.endpoint}: not asked for {question.credits} credits, as of the "
                f"{self.credits_max} reserved for this run {max(self.left, 0)} are left: "
                "start the run again, and it reads what is missing",
            )
        self._open[request_id] = question.credits

    def _settle(self, request_id: UUID, charges: tuple[Charge, ...]) -> None:
        self._open.pop(request_id, None)
        self.charged += sum(charge.credits for charge in charges)
