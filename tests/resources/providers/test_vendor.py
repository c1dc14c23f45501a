from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping

import pytest

from infringement_dagster.domain.errors import PermanentError, TransientError
from resources.providers.plug_in import Question, Vendor
from resources.providers.registry import installed
from resources.providers.vendor import (
    AccountRefused,
    Answer,
    RequestRefused,
    VendorClient,
    VendorError,
    VendorUnavailable,
)
from tests.support.wire_server import Later, answer, drip, wire_server

KEY = "k3y-n0b0dy-may-see"
PAGE = b'{"results": []}'


def ask(
    url: str,
    *,
    endpoint: str = "amazon/search",
    params: Mapping[str, str] | None = None,
    attempts: int = 3,
    read_timeout_seconds: float = 2.0,
    deadline_seconds: float = 5.0,
) -> Answer:
    async def structured() -> Answer:
        async with VendorClient(
            url,
            KEY,
            attempts=attempts,
            read_timeout_seconds=read_timeout_seconds,
            connect_timeout_seconds=0.5,
            deadline_seconds=deadline_seconds,
            first_pause_seconds=0.01,
        ) as vendor:
            return await vendor.ask(Question(endpoint, params or {"query": "mug"}, 5))

    return asyncio.run(structured())


def refused(url: str, **options: float) -> VendorError:
    with pytest.raises(VendorError) as caught:
        ask(url, **options)  # type: ignore[arg-type]  # options are numbers of the right kind
    return caught.value


def test_an_answer_with_its_charge() -> None:
    with wire_server(answer(PAGE, sa_credit_cost="7", sa_final_url="https://t.example")) as server:
        got = ask(server.url, params={"query": "mug & cup", "page": "2"})
    assert (got.status, got.document, got.content) == (200, {"results": []}, PAGE)
    assert got.final_url == "https://t.example"
    (charge,) = got.charges
    assert (charge.endpoint, charge.status, charge.credits) == ("amazon/search", 200, 7)
    (request,) = server.requests
    assert request.startswith(
        "GET /structured/amazon/search?query=mug+%26+cup&page=2&max_cost=5&api_key=k3y-"
    )


@pytest.mark.parametrize(("provider", "credits"), [("amazon", 5), ("google_shopping", 25)])
def test_the_price_of_the_question_counts_where_no_header_tells(
    provider: str, credits: int
) -> None:
    found = installed().plug_in(provider)
    question = found.search_question(found.description.marketplace("com"), "mug", 1)

    async def asked(url: str) -> Answer:
        async with VendorClient(url, KEY) as vendor:
            return await vendor.ask(question)

    with wire_server(answer(PAGE)) as server:
        got = asyncio.run(asked(server.url))
    assert [charge.credits for charge in got.charges] == [credits]


def test_a_key_may_be_a_header_or_none_at_all() -> None:
    own = Vendor("shop", "", path="/v2", key_name="x-shop-key", key_in="header")

    async def asked(url: str, key: str) -> Answer:
        async with VendorClient(url, key, vendor=own) as vendor:
            return await vendor.ask(Question("items", {"q": "mug"}))

    with wire_server(answer(PAGE)) as server:
        for key in (KEY, ""):
            asyncio.run(asked(server.url, key))
    keyed, bare = server.requests
    assert keyed.startswith("GET /v2/items?q=mug HTTP/1.1")
    assert f"x-shop-key: {KEY}" in keyed
    assert "x-shop-key" not in bare


def test_no_such_thing_is_an_answer_and_is_charged() -> None:
    with wire_server(answer(b"gone", 404)) as server:
        got = ask(server.url)
    assert (got.status, got.document, [c.credits for c in got.charges]) == (404, None, [5])


@pytest.mark.parametrize(
    "fault", [answer(b"", 500), answer(b"", 503), answer(b"", 429), b"", b"HTTP/1.1 2"]
)
def test_a_fault_is_tried_again_at_no_charge(fault: bytes) -> None:
    with wire_server(fault, answer(PAGE)) as server:
        got = ask(server.url)
    assert len(server.requests) == 2
    assert [charge.credits for charge in got.charges] == [5]


@pytest.mark.parametrize("spoilt", [b'{"results": [', b"<html>", b"", b"{}", b"null"])
def test_an_unreadable_answer_is_tried_again_and_charged_each_time(spoilt: bytes) -> None:
    with wire_server(answer(spoilt), answer(PAGE)) as server:
        assert [charge.credits for charge in ask(server.url).charges] == [5, 5]
    with wire_server(answer(spoilt)) as server:
        error = refused(server.url)
    assert (error.reason, len(error.charges)) == ("unreadable_answer", 3)


def test_an_empty_list_is_a_search_without_results() -> None:
    with wire_server(answer(b"[]")) as server:
        assert ask(server.url).document == []


def test_tries_are_few() -> None:
    with wire_server(answer(b"", 500)) as server:
        error = refused(server.url)
    assert isinstance(error, VendorUnavailable)
    assert isinstance(error, TransientError)
    assert (error.reason, error.charges, len(server.requests)) == ("vendor_failed", (), 3)


def test_retry_after_is_honoured() -> None:
    with wire_server(answer(b"", 429, retry_after="1"), answer(PAGE)) as server:
        started = time.monotonic()
        ask(server.url)
        assert 1.0 <= time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        (answer(b"", 400), RequestRefused, "request_refused"),
        (answer(b"", 302, location="http://127.0.0.1:1/"), RequestRefused, "request_refused"),
        (answer(b"", 401), AccountRefused, "account_refused"),
        (answer(b"", 403), AccountRefused, "account_refused"),
        (answer(b"", 403, sa_statuscode="200"), AccountRefused, "account_refused"),
    ],
)
def test_a_refusal_is_permanent_and_not_repeated(
    said: bytes, kind: type[VendorError], reason: str
) -> None:
    with wire_server(said) as server:
        error = refused(server.url)
    assert isinstance(error, kind)
    assert isinstance(error, PermanentError)
    assert (error.reason, len(server.requests)) == (reason, 1)


def test_a_403_of_the_target_may_pass() -> None:
    with wire_server(answer(b"", 403, sa_statuscode="503"), answer(PAGE)) as server:
        assert ask(server.url).document == {"results": []}


def test_a_dripping_answer_ends_with_its_try_and_everything_with_the_deadline() -> None:
    with wire_server(drip(0.05)) as server:
        started = time.monotonic()
        error = refused(server.url, attempts=1, read_timeout_seconds=0.2)
        assert time.monotonic() - started < 2
        # The headers said 200: that is charged, whatever follows.
        assert (error.reason, len(error.charges)) == ("timed_out", 1)
        started = time.monotonic()
        error = refused(server.url, attempts=50, read_timeout_seconds=0.2, deadline_seconds=0.5)
        assert time.monotonic() - started < 1.5
    assert error.reason == "timed_out"
    assert "0.5 s in all" in str(error)


def test_a_vendor_that_is_not_there() -> None:
    with wire_server(answer()) as server:
        gone = server.url
    assert refused(gone, attempts=2).reason == "unreachable"


def test_the_key_is_in_no_error_log_line_or_answer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    link = f'{{"link": "https://api.example/?api_key={KEY}&url=x", "results": []}}'.encode()
    seen = [repr(VendorClient("http://x.example", KEY))]
    with wire_server(answer(b"", 500), answer(link)) as server:
        got = ask(server.url)
    seen.append(repr(got))
    for said in (answer(b"", 401), answer(b"", 500), answer(b"{"), b""):
        with wire_server(said) as server:
            error = refused(server.url, attempts=1)
        seen += [repr(error), str(error), repr(error.__cause__), repr(error.__context__)]
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "api_key=redacted" in repr(got.content)
    assert "/structured/amazon/search" in logged, "the transport logs requests: look there too"
    assert KEY not in "\n".join([*seen, logged])


def test_no_more_questions_at_once_than_agreed() -> None:
    async def many(url: str) -> None:
        async with VendorClient(url, KEY, concurrency=3) as vendor:
            asks = (vendor.ask(Question("amazon/search", {"query": str(n)})) for n in range(9))
            await asyncio.gather(*asks)

    with wire_server(Later(0.05, answer(PAGE))) as server:
        asyncio.run(many(server.url))
    assert (server.in_flight_peak, len(server.requests)) == (3, 9)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with wire_server(answer()) as proxy, wire_server(answer(PAGE)) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        ask(server.url)
    assert proxy.requests == []


def ask_many(url: str, count: int, attempts: int = 3) -> tuple[VendorClient, list[VendorError]]:
    """The client after so many questions one after the other, and what went wrong with them."""

    async def asked() -> tuple[VendorClient, list[VendorError]]:
        errors = []
        async with VendorClient(url, KEY, first_pause_seconds=0.001, attempts=attempts) as vendor:
            for number in range(count):
                try:
                    await vendor.ask(Question("amazon/search", {"query": str(number)}, 5))
                except VendorError as error:
                    errors.append(error)
        return vendor, errors

    return asyncio.run(asked())


def test_questions_that_are_wrong_are_no_trouble_of_the_provider() -> None:
    with wire_server(answer(b"", 400)) as server:
        ask_many(server.url, 12)
    assert len(server.requests) == 12


def test_charges_are_known_of_every_try() -> None:
    script = (answer(b"{"), answer(PAGE, sa_credit_cost="7"), answer(b"gone", 404))
    with wire_server(*script) as server:
        vendor, _ = ask_many(server.url, 2)
    assert [charge.credits for charge in vendor.charges] == [5, 7, 5]


def test_a_question_is_refused_rather_than_charged_more_than_was_reserved() -> None:
    told = b"This request exceeds your max_cost. You can view the cost per request."
    with wire_server(answer(told, status=403)) as server:
        error = refused(server.url)
        assert "max_cost=5" in server.requests[0]
    assert isinstance(error, RequestRefused)
    assert (error.reason, error.charges) == ("above_price", ())
    assert "wants more than the 5 credits" in str(error)


@pytest.mark.parametrize(
    ("content", "status", "credits"),
    [
        (b'{"credits": 10}', 200, 10),
        (b'{"credits": "10"}', 200, 10),
        (b'{"credits": 0}', 200, None),
        (b'{"credits": 1000000}', 200, None),
        (b'{"cost": 10}', 200, None),
        (b"[]", 200, None),
        (b"<html>", 200, None),
        (b'{"credits": 10}', 500, None),
    ],
)
def test_a_price_is_taken_from_what_can_be_one(
    content: bytes, status: int, credits: int | None
) -> None:
    async def price(url: str) -> int | None:
        async with VendorClient(url, KEY) as vendor:
            return await vendor.price_of("https://www.ebay.com/sch/i.html?_nkw=mug")

    with wire_server(answer(content, status=status)) as server:
        assert asyncio.run(price(server.url)) == credits
