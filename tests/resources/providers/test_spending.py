"""A run that may spend so many credits never asks beyond them, whatever the vendor does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.providers.plug_in import Question
from resources.providers.spending import SpendingLimit
from resources.providers.vendor import VendorClient
from resources.providers.vendor_answers import Answer, Books, Charge, VendorError
from tests.support.scene import NOON
from tests.support.wire_server import answer, wire_server


@dataclass(slots=True)
class Ledger:
    """What left, and what was charged for it."""

    asked: dict[UUID, int] = field(default_factory=dict)
    charged: list[int] = field(default_factory=list)

    def books(self) -> Books:
        async def note(request_id: UUID, question: Question) -> None:
            self.asked[request_id] = question.credits

        async def settle(request_id: UUID, charges: tuple[Charge, ...]) -> None:
            del self.asked[request_id]
            self.charged += [charge.credits for charge in charges]

        return Books(note, settle)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question's price and fate: what it was charged, None where nobody told."""

    credits: int
    charged: int | None
    at_once: bool


TURNS = st.lists(
    st.integers(0, 30).flatmap(
        lambda price: st.builds(
            Turn, st.just(price), st.none() | st.integers(0, price), st.booleans()
        )
    ),
    max_size=40,
)


@given(TURNS, st.integers(0, 200))
def test_what_is_asked_for_stays_within_the_limit(turns: Sequence[Turn], most: int) -> None:
    ledger, limit = Ledger(), SpendingLimit(most)
    books = limit.books(ledger.books())

    async def run() -> None:
        open_turns: list[tuple[UUID, Turn]] = []
        refused: list[tuple[str, bool]] = []
        for number, turn in enumerate(turns):
            request_id = UUID(int=number)
            try:
                await books.asked(request_id, Question("a", {}, turn.credits))
            except VendorError as error:
                refused.append((error.reason, turn.credits > limit.left))
                continue
            open_turns.append((request_id, turn))
            assert sum(ledger.charged) + sum(ledger.asked.values()) <= most
            if turn.at_once:
                await settle(open_turns)
        assert set(refused) <= {("credits_spent", True)}

    async def settle(open_turns: list[tuple[UUID, Turn]]) -> None:
        for request_id, turn in open_turns:
            if turn.charged is not None:
                charge = Charge(request_id, "a", 200, turn.charged, NOON)
                await books.told(request_id, (charge,) if turn.charged else ())
        open_turns.clear()

    asyncio.run(run())
    assert sum(ledger.charged) + sum(ledger.asked.values()) <= most
    assert limit.left >= 0


EMPTY = answer(b"{}")  # paid for, and worth another try
FULL = answer(b'{"results": []}')


@pytest.mark.parametrize(("most", "sent"), [(4, 0), (5, 1), (14, 2), (15, 3), (100, 3)])
def test_a_question_is_tried_again_only_as_long_as_there_are_credits(most: int, sent: int) -> None:
    ledger, limit = Ledger(), SpendingLimit(most)

    async def ask(url: str) -> Answer | VendorError:
        books = limit.books(ledger.books())
        async with VendorClient(url, "key", books=books, first_pause_seconds=0.01) as vendor:
            try:
                return await vendor.ask(Question("amazon/search", {"query": "mug"}, 5))
            except VendorError as error:
                return error

    with wire_server(EMPTY, EMPTY, FULL) as server:
        found = asyncio.run(ask(server.url))
        assert len(server.requests) == sent
    assert sum(ledger.charged) == 5 * sent <= most
    assert isinstance(found, Answer) == (sent == 3)
    if isinstance(found, VendorError):
        assert (found.reason, len(found.charges)) == ("credits_spent", sent)
