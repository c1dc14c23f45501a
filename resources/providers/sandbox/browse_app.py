"""The sandbox's face of eBay's Browse API: tokens, searches, items, refusals and faults."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from resources.providers.sandbox.browse_wire import (
    PATH,
    BrowseQuestion,
    item_answer,
    items_for_photo,
    items_for_words,
    search_answer,
)
from resources.providers.sandbox.catalogue import Catalogue, Item
from resources.providers.sandbox.faults import FaultRates, fate, with_odd_values
from resources.providers.sandbox.ledger import Call, Ledger, booked

REFUSED_CLIENT: Final = "refused"  # credentials of this name are wrong
LIMIT_MAX: Final = 200
ROWS_MAX: Final = 10_000
_SCOPES: Final = ("/oauth/api_scope", "/oauth/api_scope/commerce.vero")
_SEARCHES: Final = ("item_summary/search", "item_summary/search_by_image")
_ITEM: Final = re.compile(r"item/v1\|(?P<id>\d{9,15})\|\d+")


@dataclass(slots=True)
class Browse:
    """All that the Browse API of one sandbox knows; tokens live `token_seconds`."""

    catalogue: Catalogue
    rates: FaultRates
    ledger: Ledger
    concurrency_limit: int
    calls_a_day: int | None = None  # of each client; None: not limited
    token_seconds: float = 7200.0
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)  # client and end, by token
    tokens_given: Counter[str] = field(default_factory=Counter)  # by client

    def give_token(self, client_id: str) -> str:
        """A new token of the client's."""
        token = f"v^1.1#{secrets.token_urlsafe(48)}"
        self.tokens[token] = (client_id, time.monotonic() + self.token_seconds)
        self.tokens_given[client_id] += 1
        return token

    def client_of(self, token: str) -> str | None:
        """Whose token it is, None for one that is not good."""
        client_id, good_until = self.tokens.get(token, ("", 0.0))
        return client_id if time.monotonic() < good_until else None


def browse_routes(browse: Browse) -> list[Route]:
    """The API's addresses."""

    async def token(request: Request) -> Response:
        return await _token(browse, request)

    async def ask(request: Request) -> Response:
        return await _asked(browse, request)

    async def tokens(_request: Request) -> Response:
        return JSONResponse(dict(browse.tokens_given))

    return [
        Route("/identity/v1/oauth2/token", token, methods=["POST"]),
        Route(f"{PATH}/{{endpoint:path}}", ask, methods=["GET", "POST"]),
        Route("/sandbox/tokens", tokens),
    ]


async def _token(browse: Browse, request: Request) -> Response:
    client_id, secret = _basic(request.headers.get("authorization", ""))
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    grant, scope = form.get("grant_type"), form.get("scope", "")
    if not client_id or not secret or REFUSED_CLIENT in (client_id, secret):
        told = {"error": "invalid_client", "error_description": "client authentication failed"}
        return JSONResponse(told, 401)
    if grant != "client_credentials":
        return JSONResponse({"error": "unsupported_grant_type"}, 400)
    if not scope.endswith(_SCOPES):
        return JSONResponse({"error": "invalid_scope"}, 400)
    answer = {
        "access_token": browse.give_token(client_id),
        "expires_in": int(browse.token_seconds),
        "token_type": "Application Access Token",
    }
    return JSONResponse(answer)


def _basic(header: str) -> tuple[str, str]:
    try:
        decoded = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return client_id, secret


async def _asked(browse: Browse, request: Request) -> Response:
    endpoint = request.path_params["endpoint"].strip("/")
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    client_id = browse.client_of(token)
    if client_id is None:
        return refuse(401, 1001, "OAuth", "Invalid access token")

    async def answer(call: Call) -> Response:
        body = await request.body()
        return _refusal(browse, call) or await _answer(browse, call, request, body, token)

    return await booked(browse.ledger, request, client_id, endpoint, answer)


def _refusal(browse: Browse, call: Call) -> Response | None:
    asked = browse.ledger.accounts[call.api_key].requests
    if browse.calls_a_day is not None and asked > browse.calls_a_day:
        return _too_many({})
    if call.in_flight > browse.concurrency_limit:
        return _too_many({"retry-after": "1"})
    return None


async def _answer(
    browse: Browse, call: Call, request: Request, body: bytes, token: str
) -> Response:
    destiny = fate(browse.rates, browse.catalogue.seed, call.request_no)
    await asyncio.sleep(destiny.seconds)
    if destiny.fault == "too_many":
        return _too_many({"retry-after": "1"})
    if destiny.fault in ("gave_up", "timeout"):
        return refuse(500, 2003, "ACCESS", "Internal error", category="APPLICATION")
    if destiny.fault == "unauthorized":
        browse.tokens.pop(token, None)
        return refuse(401, 1001, "OAuth", "Invalid access token")
    if destiny.fault == "empty":
        return JSONResponse({})
    try:
        content = _content(browse, call, request, body)
    except _Refused as refused:
        return refuse(*refused.told)
    odd = with_odd_values(content, browse.rates, browse.catalogue.seed, call.request_no)
    written = json.dumps(odd).encode()
    if destiny.fault == "truncated":
        written = written[: len(written) // 2]
    return Response(written, media_type="application/json")


class _Refused(Exception):
    """A question that is not answered: status, error id, domain and words."""

    def __init__(self, status: int, error_id: int, message: str) -> None:
        self.told = (status, error_id, "API_BROWSE", message)
        super().__init__(message)


def _content(browse: Browse, call: Call, request: Request, body: bytes) -> object:
    marketplace_id = request.headers.get("x-ebay-c-marketplace-id", "EBAY_US")
    base_url = str(request.base_url).rstrip("/")
    if call.endpoint in _SEARCHES:
        limit, offset = _page(call.params)
        question = BrowseQuestion(limit, offset, marketplace_id, base_url, call.params)
        if request.method == "POST":
            found = _found_by_photo(browse, body)
        elif call.params.get("q", "").strip():
            found = items_for_words(browse.catalogue, call.params["q"])
        else:
            raise _Refused(400, 12001, "The call must have a valid 'q' query parameter.")
        sellers = re.search(r"sellers:\{([^}]*)\}", call.params.get("filter", ""))
        if sellers:
            found = [item for item in found if item.seller in sellers[1].split("|")]
        return search_answer(found, question, call.endpoint)
    named = _ITEM.fullmatch(call.endpoint)
    item = browse.catalogue.item("ebay", named["id"]) if named else None
    if item is None:
        raise _Refused(404, 11001, "The specified item Id was not found.")
    return item_answer(item, marketplace_id, base_url)


def _found_by_photo(browse: Browse, body: bytes) -> list[Item]:
    try:
        image = json.loads(body)["image"]
        return items_for_photo(browse.catalogue, image)
    except (ValueError, KeyError, TypeError):  # NotAPhoto is a ValueError
        raise _Refused(400, 12014, "The image is not valid.") from None


def _page(params: dict[str, str]) -> tuple[int, int]:
    limit, offset = params.get("limit", "50"), params.get("offset", "0")
    if not limit.isdecimal() or not 1 <= int(limit[:6]) <= LIMIT_MAX:
        raise _Refused(400, 12013, "The 'limit' value should be between 1 and 200.")
    if not offset.isdecimal() or int(offset[:6]) % int(limit) or int(offset[:6]) >= ROWS_MAX:
        raise _Refused(400, 12012, "The 'offset' value must be a multiple of the 'limit' value.")
    return int(limit), int(offset)


def _too_many(headers: dict[str, str]) -> Response:
    told = "The request limit has been reached for the resource."
    response = refuse(429, 2001, "ACCESS", "Too many requests", long_message=told)
    response.headers.update(headers)
    return response


def refuse(
    status: int,
    error_id: int,
    domain: str,
    message: str,
    *,
    category: str = "REQUEST",
    long_message: str | None = None,
) -> Response:
    """An answer in the form of all errors of eBay's APIs."""
    error = {"errorId": error_id, "domain": domain, "category": category, "message": message}
    return JSONResponse({"errors": [{**error, "longMessage": long_message or message}]}, status)
