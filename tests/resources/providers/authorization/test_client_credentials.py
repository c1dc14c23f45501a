"""Tokens: kept, renewed before they end, one at a time, and never shown."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from resources.providers.authorization.client_credentials import (
    ClientCredentials,
    Tokens,
    forget_tokens,
)
from resources.providers.ebay_browse.provider import EBAY_BROWSE
from resources.providers.plug_in import Question
from resources.providers.vendor import Answer, VendorClient
from resources.providers.vendor_answers import (
    AccountRefused,
    Books,
    Charge,
    VendorError,
    VendorUnavailable,
)
from tests.support.wire_server import Later, answer, wire_server

SECRET = "s3cret-n0b0dy-may-see"
CREDENTIALS = ClientCredentials("app-id", SecretStr(SECRET))
PAGE = b'{"total": 0}'
UNAUTHORIZED = answer(b'{"errors": [{"errorId": 1001, "message": "Invalid access token"}]}', 401)
WRONG = answer(b'{"error": "invalid_client", "error_description": "s3cret-n0b0dy-may-see"}', 401)


@pytest.fixture(autouse=True)
def no_tokens() -> Iterator[None]:
    forget_tokens()
    yield
    forget_tokens()


def token(text: str, expires_in: object = 7200) -> bytes:
    return answer(json.dumps({"access_token": text, "expires_in": expires_in}).encode())


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def tokens(url: str, clock: Clock | None = None) -> Tokens:
    assert EBAY_BROWSE.tokens is not None
    return Tokens(url, EBAY_BROWSE.tokens, CREDENTIALS, clock or Clock())


def test_a_token_is_asked_for_as_the_standard_says_and_kept() -> None:
    with wire_server(token("t1")) as server:
        ours = tokens(server.url)
        assert [asyncio.run(ours.token()) for _ in range(3)] == ["t1"] * 3
    (asked,) = server.requests
    assert asked.startswith("POST /identity/v1/oauth2/token HTTP/1.1")
    assert "grant_type=client_credentials" in asked
    assert "scope=https%3A%2F%2Fapi.ebay.com%2Foauth%2Fapi_scope" in asked
    assert "Authorization: Basic " in asked


@pytest.mark.parametrize(
    ("expires_in", "still_good", "renewed"),
    [(7200, 6899, 6901), ("7200", 6899, 6901), (60, 53, 55), (10**12, 86_000, 86_101)],
)
def test_it_is_renewed_before_it_ends(
    expires_in: object, still_good: float, renewed: float
) -> None:
    clock = Clock()
    with wire_server(token("t1", expires_in), token("t2")) as server:
        ours, began = tokens(server.url, clock), clock.seconds
        assert asyncio.run(ours.token()) == "t1"
        clock.seconds = began + still_good
        assert asyncio.run(ours.token()) == "t1"
        clock.seconds = began + renewed
        assert asyncio.run(ours.token()) == "t2"


def test_many_that_need_one_at_once_ask_once_also_from_other_loops() -> None:
    async def many(ours: Tokens, refused: str | None) -> list[str]:
        return await asyncio.gather(*(ours.token(refused) for _ in range(20)))

    async def from_threads(ours: Tokens, refused: str | None) -> set[str]:
        runs = [asyncio.to_thread(asyncio.run, many(ours, refused)) for _ in range(3)]
        return {text for texts in await asyncio.gather(*runs) for text in texts}

    with wire_server(Later(0.2, token("t1")), Later(0.2, token("t2"))) as server:
        ours = tokens(server.url)
        assert asyncio.run(from_threads(ours, None)) == {"t1"}
        assert asyncio.run(from_threads(ours, "t1")) == {"t2"}
    assert len(server.requests) == 2


def test_wrong_credentials_are_told_as_a_setting_to_correct_and_asked_about_once_a_minute() -> None:
    clock = Clock()
    with wire_server(WRONG, WRONG, token("t1")) as server:
        ours = tokens(server.url, clock)
        for _ in range(5):
            with pytest.raises(AccountRefused, match="correct EBAY_CLIENT_ID and EBAY_CLIENT_SE"):
                asyncio.run(ours.token())
        assert len(server.requests) == 1
        clock.seconds += 61
        with pytest.raises(AccountRefused):
            asyncio.run(ours.token())
        clock.seconds += 61
        assert asyncio.run(ours.token()) == "t1"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer(b"", 500), "vendor_failed"),
        (answer(b"", 429, retry_after="3"), "too_many_requests"),
        (answer(b"", 429), "quota_used_up"),
        (answer(b"{}"), "unreadable_answer"),
        (answer(b"<html>"), "unreadable_answer"),
        (token("broken\r\nx-injected: 1"), "unreadable_answer"),
        (token(""), "unreadable_answer"),
        (b"", "unreachable"),
    ],
)
def test_no_token_is_a_reason_like_any_other_and_the_next_question_asks_again(
    said: bytes, reason: str
) -> None:
    with wire_server(said, token("t1")) as server:
        ours = tokens(server.url)
        with pytest.raises(VendorError) as caught:
            asyncio.run(ours.token())
        assert caught.value.reason == reason
        assert asyncio.run(ours.token()) == "t1"


def asked(url: str, questions: int = 1, books: Books | None = None) -> list[Answer]:
    async def ask() -> list[Answer]:
        async with VendorClient(
            url,
            "",
            vendor=EBAY_BROWSE,
            credentials=CREDENTIALS,
            books=books,
            first_pause_seconds=0.01,
            deadline_seconds=5.0,
        ) as vendor:
            question = Question("item_summary/search", {"q": "mug"}, 0)
            return [await vendor.ask(question) for _ in range(questions)]

    return asyncio.run(ask())


def test_questions_of_all_runs_share_a_token() -> None:
    with wire_server(token("t1"), answer(PAGE)) as server:
        asked(server.url, 2)
        asked(server.url)
    first, *others = server.requests
    assert first.startswith("POST /identity")
    assert len(others) == 3
    assert all("Bearer t1" in other for other in others)


def test_a_token_that_is_refused_is_changed_for_a_new_one_once() -> None:
    with wire_server(token("t1"), UNAUTHORIZED, token("t2"), answer(PAGE)) as server:
        (got,) = asked(server.url)
    assert [charge.credits for charge in got.charges] == [0]
    assert ["Bearer t1" in request for request in server.requests] == [False, True, False, False]
    assert "Bearer t2" in server.requests[3]
    forget_tokens()
    with (
        wire_server(token("t1"), UNAUTHORIZED, token("t2"), UNAUTHORIZED) as server,
        pytest.raises(AccountRefused, match="error 1001"),
    ):
        asked(server.url)
    assert len(server.requests) == 4


def test_a_question_that_never_left_for_want_of_a_token_is_settled_as_free() -> None:
    noted: list[object] = []
    settled: list[tuple[object, tuple[Charge, ...]]] = []

    async def note(request_id: object, _question: Question) -> None:
        noted.append(request_id)

    async def settle(request_id: object, charges: tuple[Charge, ...]) -> None:
        settled.append((request_id, charges))

    with wire_server(WRONG) as server, pytest.raises(AccountRefused):
        asked(server.url, books=Books(note, settle))
    assert settled == [(request_id, ()) for request_id in noted]
    assert len(noted) == 1
    forget_tokens()
    with wire_server(answer(b"", 503)) as server, pytest.raises(VendorUnavailable):
        asked(server.url, books=Books(note, settle))
    assert [request_id for request_id, _ in settled] == noted


def test_neither_secret_nor_token_is_ever_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(CREDENTIALS)]
    with wire_server(token("t0ken-0f-0urs"), answer(b"", 400)) as server:
        ours = tokens(server.url)
        asyncio.run(ours.token())
        shown.append(repr(ours))
        with pytest.raises(VendorError) as caught:
            asked(server.url)
    shown += traceback.format_exception(caught.value)
    forget_tokens()
    with wire_server(WRONG) as server, pytest.raises(AccountRefused) as refused:
        asked(server.url)
    shown += [*traceback.format_exception(refused.value), caplog.text]
    told = "\n".join(shown)
    assert SECRET not in told
    assert "t0ken-0f-0urs" not in told
