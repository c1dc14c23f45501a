"""The HTTP face of the sandbox: ScraperAPI's endpoints, its refusals and its charges."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from infringement_dagster.domain.listing import Provider
from resources.providers.sandbox import wire
from resources.providers.sandbox.browse_app import Browse, browse_routes
from resources.providers.sandbox.captures import CapturedPages, DealtPhotos
from resources.providers.sandbox.catalogue import Catalogue
from resources.providers.sandbox.faults import Fate, FaultRates, fate, with_odd_values
from resources.providers.sandbox.ledger import Account, Call, Ledger, booked
from resources.providers.sandbox.listing_wire import LISTING_PAGES
from resources.providers.sandbox.photos import MEDIA_TYPES
from resources.providers.sandbox.rendering.rendered_app import Rendering, rendered_routes
from resources.providers.sandbox.vero.vero_app import vero_routes

_SEARCHES: dict[str, Provider] = {
    "amazon/search": "amazon",
    "amazon/search/v1": "amazon",
    "ebay/search/v2": "ebay",
    "walmart/search": "walmart",
    "google/shopping": "google_shopping",
}
DOCUMENTED_CREDITS = {"amazon": 5, "google": 25}  # others 1
_GOOGLE_ROWS_MAX = 100
_ACCOUNT_REQUEST_LIMIT = 1_000_000


@dataclass(slots=True)
class Sandbox:
    """Everything that one sandbox server knows."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    rates: FaultRates = field(default_factory=FaultRates)
    ledger: Ledger = field(default_factory=Ledger)
    concurrency_limit: int = 20
    captures: CapturedPages | None = None
    photos: DealtPhotos | None = None
    credits: dict[str, int] = field(
        default_factory=lambda: dict(DOCUMENTED_CREDITS)
    )  # by site; others 1
    browse_calls_a_day: int | None = None
    token_seconds: float = 7200.0

    def browse(self) -> Browse:
        """The same catalogue, faults and books behind eBay's own API."""
        return Browse(
            self.catalogue,
            self.rates,
            self.ledger,
            self.concurrency_limit,
            self.browse_calls_a_day,
            self.token_seconds,
        )

    def rendering(self) -> Rendering:
        """The same catalogue, faults and books behind screenshots."""
        return Rendering(self.catalogue, self.rates, self.ledger, self.concurrency_limit, set())

    def price_of(self, endpoint: str) -> int:
        """The credits of one answer of the endpoint."""
        return self.credits.get(endpoint.partition("/")[0], 1)


def create_app(sandbox: Sandbox) -> Starlette:
    """The server as an ASGI application."""

    async def structured(request: Request) -> Response:
        return await _structured(sandbox, request)

    async def photo(request: Request) -> Response:
        return await _photo(sandbox, request)

    async def account(request: Request) -> Response:
        return _account(sandbox, request.query_params.get("api_key", ""))

    async def price(request: Request) -> Response:
        site = urlsplit(request.query_params.get("url", "")).hostname or ""
        named = site.removeprefix("www.").partition(".")[0]
        return JSONResponse({"credits": sandbox.price_of(named)})

    async def ledger(_request: Request) -> Response:
        return JSONResponse(sandbox.ledger.as_json())

    browse = sandbox.browse()
    return Starlette(
        routes=[
            Route("/structured/{endpoint:path}", structured),
            Route("/photos/{name}", photo),
            Route("/account", account),
            Route("/account/urlcost", price),
            Route("/sandbox/ledger", ledger),
            *rendered_routes(sandbox.rendering()),
            *browse_routes(browse),
            *vero_routes(browse),
        ]
    )


async def _structured(sandbox: Sandbox, request: Request) -> Response:
    async def answer(call: Call) -> Response:
        return _refusal(sandbox, call) or await _answer(sandbox, call, _base_url(request))

    api_key = request.query_params.get("api_key", "")
    endpoint = request.path_params["endpoint"].strip("/")
    return await booked(sandbox.ledger, request, api_key, endpoint, answer)


def _refusal(sandbox: Sandbox, call: Call) -> Response | None:
    if not call.api_key:
        return PlainTextResponse(
            "Unauthorized request, please make sure your API key is valid.", 401
        )
    if call.endpoint not in _SEARCHES and call.endpoint not in LISTING_PAGES:
        return PlainTextResponse(f"Unknown endpoint {call.endpoint}.", 400)
    needed = _named_by(call)
    if not call.params.get(needed, "").strip():
        return PlainTextResponse(f"Required parameter '{needed}' is missing.", 400)
    wrong = _wrong_number(call)
    if wrong is not None:
        return PlainTextResponse(wrong, 400)
    return _refused_work(sandbox, call)


def _wrong_number(call: Call) -> str | None:
    """The refusal of a parameter that should be a number, if one is none."""
    for name, least in {
        "page": 0,
        "num": 1,
        "start": 0,
        "items_per_page": 1,
        "max_cost": 1,
    }.items():
        given = call.params.get(name, "1")
        if not given.isdecimal() or int(given[:6]) < least:
            return f"Parameter '{name}' must be a number from {least}."
    return None


def _refused_work(sandbox: Sandbox, call: Call) -> Response | None:
    if sandbox.price_of(call.endpoint) > int(call.params.get("max_cost", "1000")):
        return PlainTextResponse("This request exceeds your max_cost.", 403)
    if call.in_flight > sandbox.concurrency_limit:
        return PlainTextResponse("You have exceeded your concurrency limit.", 429)
    return None


async def _answer(sandbox: Sandbox, call: Call, base_url: str) -> Response:
    destiny = fate(sandbox.rates, sandbox.catalogue.seed, call.request_no)
    await asyncio.sleep(destiny.seconds)
    if destiny.fault == "too_many":
        return PlainTextResponse("You have exceeded your concurrency limit.", 429)
    if destiny.fault in ("gave_up", "timeout"):
        message = "Request failed. You will not be charged for this request."
        return PlainTextResponse(message, 500, headers={"sa-statuscode": "503"})
    content = _content(sandbox, call, base_url)
    if content is None:
        return _charged(sandbox, call, b'{"error":"not found"}', 404)
    return _charged(sandbox, call, _spoilt(content, destiny), 200)


def _spoilt(content: bytes, destiny: Fate) -> bytes:
    if destiny.fault == "empty":
        return b"{}"
    return content[: len(content) // 2] if destiny.fault == "truncated" else content


def _content(sandbox: Sandbox, call: Call, base_url: str) -> bytes | None:
    """The answer's bytes, or None where there is no such thing."""
    if call.endpoint in LISTING_PAGES:
        return None if sandbox.captures else _listing_page(sandbox, call, base_url)
    provider = _SEARCHES[call.endpoint]
    query, page, rows = call.params["query"], int(call.params.get("page", "1")[:6]), None
    if provider == "google_shopping":  # its pages are told by their first row; `page` is ignored
        rows = min(int(call.params.get("num", "40")[:6]), _GOOGLE_ROWS_MAX)
        page = int(call.params.get("start", "0")[:6]) // rows + 1
    if provider == "ebay" and "items_per_page" in call.params:
        rows = int(call.params["items_per_page"])
    if sandbox.captures is not None:
        captured = sandbox.captures.page(provider, query, page, base_url)
        return captured if captured is not None else _json(wire.empty_answer(provider))
    seller = call.params.get("seller_id")
    question = wire.Question(query, page, call.params.get("tld", "com"), base_url, rows, seller)
    answer = wire.search_answer(sandbox.catalogue, provider, question)
    return _json(with_odd_values(answer, sandbox.rates, sandbox.catalogue.seed, call.request_no))


def _listing_page(sandbox: Sandbox, call: Call, base_url: str) -> bytes | None:
    provider, name, written = LISTING_PAGES[call.endpoint]
    item = sandbox.catalogue.item(provider, call.params[name])
    return None if item is None else _json(written(item, base_url))


def _named_by(call: Call) -> str:
    """The parameter that says what is wanted."""
    return LISTING_PAGES[call.endpoint][1] if call.endpoint in LISTING_PAGES else "query"


def _charged(sandbox: Sandbox, call: Call, content: bytes, status: int) -> Response:
    asked_for = call.params[_named_by(call)]
    headers = {
        "sa-credit-cost": str(sandbox.price_of(call.endpoint)),
        "sa-statuscode": str(status),
        "sa-final-url": f"https://{call.endpoint.partition('/')[0]}.example/{_ascii(asked_for)}",
    }
    return Response(content, status, headers, media_type="application/json; charset=utf-8")


async def _photo(sandbox: Sandbox, request: Request) -> Response:
    await asyncio.sleep(sandbox.rates.photo_latency_seconds)
    book = sandbox.photos or sandbox.catalogue.photo_book
    name = request.path_params["name"]
    content = book.file(name)
    if content is None:
        return PlainTextResponse("no such photo", 404)
    headers = {"etag": f'"{sha256(content).hexdigest()[:32]}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, media_type=MEDIA_TYPES[PurePosixPath(name).suffix])


def _account(sandbox: Sandbox, api_key: str) -> Response:
    if not api_key:
        return PlainTextResponse(
            "Unauthorized request, please make sure your API key is valid.", 401
        )
    books = sandbox.ledger.accounts.get(api_key, Account())
    return JSONResponse(
        {
            "requestCount": books.requests,
            "requestLimit": _ACCOUNT_REQUEST_LIMIT,
            "failedRequestCount": books.failed,
            "concurrencyLimit": sandbox.concurrency_limit,
            "concurrentRequests": books.in_flight,
        }
    )


def _base_url(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _json(answer: object) -> bytes:
    # An odd value may be half a character, which reaches whoever reads it as broken UTF-8.
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _ascii(text: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "+" for letter in text)[:80]
