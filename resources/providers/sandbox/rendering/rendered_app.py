"""Screenshots of listings' pages: the vendor's own root with `screenshot=true`, and what it drew.

An address that no listing has is a page that is not found; the faults are those of other questions:
an empty answer comes without a screenshot, a truncated one with half of it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from infringement_dagster.domain.listing import Provider
from resources.providers.sandbox.catalogue import Catalogue, Item
from resources.providers.sandbox.faults import Fate, FaultRates, fate
from resources.providers.sandbox.ledger import Call, Ledger, booked
from resources.providers.sandbox.rendering.drawn_page import page_png

ENDPOINT: Final = "screenshot"  # in the books
RENDERED_CREDITS: Final = {"amazon": 15, "walmart": 15, "google_shopping": 35}  # others 10
_PATHS: Final[tuple[tuple[str, str, Provider], ...]] = (
    ("amazon", r"/dp/(\w+)", "amazon"),
    ("ebay", r"/itm/(\d+)", "ebay"),
    ("walmart", r"/ip/(\d+)", "walmart"),
    ("google", r"/shopping/product/(\d+)", "google_shopping"),
)


@dataclass(frozen=True, slots=True)
class Rendering:
    """Who draws pages, with whose catalogue, faults and books."""

    catalogue: Catalogue
    rates: FaultRates
    ledger: Ledger
    concurrency_limit: int
    cuts: set[str]  # listing ids whose screenshots are handed out by half

    def item_at(self, address: str) -> Item | None:
        """The listing whose page has the address."""
        parts = urlsplit(address)
        labels = (parts.hostname or "").split(".")
        for site, pattern, provider in _PATHS:
            named = re.search(pattern, parts.path)
            if site in labels and named:
                return self.catalogue.item(provider, named[1])
        return None


def rendered_routes(rendering: Rendering) -> list[Route]:
    """The vendor's root, and the screenshots at addresses of their own."""

    async def rendered(request: Request) -> Response:
        return await _rendered(rendering, request)

    def screenshot(request: Request) -> Response:
        return _screenshot(rendering, request)

    return [Route("/", rendered), Route("/screenshots/{provider}/{listing_id}.png", screenshot)]


async def _rendered(rendering: Rendering, request: Request) -> Response:
    async def answer(call: Call) -> Response:
        return _refusal(rendering, call) or await _answer(rendering, call, request)

    api_key = request.query_params.get("api_key", "")
    return await booked(rendering.ledger, request, api_key, ENDPOINT, answer)


def _refusal(rendering: Rendering, call: Call) -> Response | None:
    refusals: tuple[tuple[Callable[[], bool], int, str], ...] = (
        (lambda: not call.api_key, 401, "Unauthorized request."),
        (lambda: not call.params.get("url"), 400, "Required parameter 'url' is missing."),
        (lambda: call.params.get("screenshot") != "true", 400, "Only screenshots are drawn."),
        (lambda: _price(rendering, call) > _most(call), 403, "It exceeds your max_cost."),
        (lambda: call.in_flight > rendering.concurrency_limit, 429, "Too many at once."),
    )
    for holds, status, told in refusals:
        if holds():
            return PlainTextResponse(told, status)
    return None


def _most(call: Call) -> int:
    most = call.params.get("max_cost", "1000")
    return int(most[:6]) if most.isdecimal() else 0


def _price(rendering: Rendering, call: Call) -> int:
    item = rendering.item_at(call.params["url"])
    return RENDERED_CREDITS.get(item.provider, 10) if item is not None else 10


async def _answer(rendering: Rendering, call: Call, request: Request) -> Response:
    destiny = fate(rendering.rates, rendering.catalogue.seed, call.request_no)
    await asyncio.sleep(destiny.seconds)
    if destiny.fault == "too_many":
        return PlainTextResponse("Too many at once.", 429)
    if destiny.fault in ("gave_up", "timeout"):
        return PlainTextResponse("Request failed.", 500, headers={"sa-statuscode": "503"})
    item = rendering.item_at(call.params["url"])
    headers = {"sa-credit-cost": str(_price(rendering, call))}
    if item is None:
        return Response(b"", 404, headers | {"sa-statuscode": "404"}, media_type="text/html")
    headers |= {"sa-statuscode": "200", "sa-final-url": call.params["url"]}
    return Response(
        b"<!doctype html><title>A listing</title>",
        200,
        headers | _screenshot_header(rendering, destiny, item, request),
        media_type="text/html",
    )


def _screenshot_header(
    rendering: Rendering, destiny: Fate, item: Item, request: Request
) -> dict[str, str]:
    if destiny.fault == "empty":
        return {}
    if destiny.fault == "truncated":
        rendering.cuts.add(item.listing_id)
    base = str(request.base_url).rstrip("/")
    return {"sa-screenshot": f"{base}/screenshots/{item.provider}/{item.listing_id}.png"}


def _screenshot(rendering: Rendering, request: Request) -> Response:
    provider, listing_id = request.path_params["provider"], request.path_params["listing_id"]
    item = rendering.catalogue.item(provider, listing_id)
    if item is None:
        return PlainTextResponse("no such screenshot", 404)
    png = page_png(item, rendering.catalogue.photo_book)
    if listing_id in rendering.cuts:
        png = png[: len(png) // 2]
    return Response(png, media_type="image/png")
