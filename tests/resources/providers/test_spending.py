"""A run that may spend so many credits never asks beyond them, whatever the vendor does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, get_args
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from hypothesis import given, settings
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


Fate = Literal["answered", "empty", "cut off", "not found", "gave up", "too many", "hung up"]
PAID: Mapping[Fate, tuple[int, bytes]] = {
    "answered": (200, b'{"results": []}'),
    "empty": (200, b"{}"),
    "cut off": (200, b'{"results": ['),
    "not found": (404, b"{}"),
}
UNPAID: Mapping[Fate, tuple[int, bytes]] = {"gave up": (500, b""), "too many": (429, b"")}


@dataclass(slots=True)
class PaidVendor:
    """A vendor whose prices and faults are fixed beforehand; it refuses what exceeds `max_cost`."""

    script: Sequence[tuple[int, Fate]]  # a price and a fate for each request, over and over
    asked: int = 0
    charged: int = 0
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, max_cost: int) -> tuple[int, bytes, int] | None:
        """Status, body and charge; None: it charges and hangs up."""
        with self.lock:
            price, fate = self.script[self.asked % len(self.script)]
            self.asked += 1
            if price > max_cost:
                self.refused += 1
                return 403, b"This request exceeds your max_cost.", 0
            if fate in UNPAID:
                return *UNPAID[fate], 0
            self.charged += price
            return None if fate == "hung up" else (*PAID[fate], price)


@contextmanager
def serving(vendor: PaidVendor) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            (max_cost,) = parse_qs(urlsplit(self.path).query)["max_cost"]
            told = vendor.answer(int(max_cost))
            if told is None:
                self.close_connection = True
                return
            status, body, charge = told
            self.send_response(status)
            self.send_header("sa-credit-cost", str(charge))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


FATES = st.sampled_from(get_args(Fate))


@settings(max_examples=40, deadline=None)
@given(
    named=st.integers(1, 20),
    script=st.lists(st.tuples(st.integers(1, 30), FATES), min_size=1, max_size=12),
    questions=st.integers(1, 12),
    most=st.integers(0, 120),
)
def test_no_vendor_is_paid_more_than_the_run_may_spend(
    named: int, script: Sequence[tuple[int, Fate]], questions: int, most: int
) -> None:
    vendor, ledger, limit = PaidVendor(script), Ledger(), SpendingLimit(most)

    async def ask_all(url: str) -> list[Answer | BaseException]:
        books = limit.books(ledger.books())
        async with VendorClient(
            url, "key", books=books, concurrency=3, first_pause_seconds=0.001
        ) as client:
            asked = (
                client.ask(Question("amazon/search", {"query": str(number)}, named))
                for number in range(questions)
            )
            return await asyncio.gather(*asked, return_exceptions=True)

    with serving(vendor) as url:
        found = asyncio.run(ask_all(url))
    assert all(isinstance(one, Answer | VendorError) for one in found), found
    assert vendor.charged <= most
    told = sum(ledger.charged)
    # What was hung up on may have been paid, and counts at the price that was named.
    assert told <= vendor.charged <= told + sum(ledger.asked.values()) <= most
    reasons = {one.reason for one in found if isinstance(one, VendorError)}
    assert ("above_price" in reasons) <= (vendor.refused > 0)
