"""eBay's VeRO API as the sandbox speaks it: reasons, reports, and how items fare from look to look.

A report of an item that the catalogue does not have fails; any other ends in the item's removal.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from resources.providers.sandbox.browse_app import Browse, refuse

PATH: Final = "/commerce/vero/v1"
ITEMS_MAX: Final = 150
MESSAGE_MAX_CHARS: Final = 1000
BRAND_MAX_CHARS: Final = 50
_REASONS: Final = {
    "9001": ("Item is a counterfeit", "The item is counterfeit and infringes a trademark."),
    "9002": ("Trademark in the title", "The title uses a trademark without permission."),
    "7001": ("Copied photo", "The listing uses a copyrighted photo without permission."),
    "9037": ("Unlawful importation", "Item(s) is unlawful importation of product."),
    "9052": ("Other", "Other - Provide details in additional information."),
}
_SITES: Final = ("EBAY_US", "EBAY_GB", "EBAY_DE")
_LIFE: Final = ("RECEIVED", "SUBMITTED", "REMOVED")  # one step each time that somebody looks


@dataclass(slots=True)
class Report:
    """One report that was taken, with its only item."""

    report_id: str
    client_id: str
    item_id: str
    reason_code: str
    message: str
    fails: bool
    looks: int = 0

    def look(self) -> dict[str, str]:
        """The item as eBay tells it, a step further than the time before."""
        self.looks += 1
        if self.fails and self.looks > 1:
            told = "The item was not found."
            return {
                "itemId": self.item_id,
                "status": "SUBMISSION_FAILED",
                "reasonForFailure": told,
            }
        return {"itemId": self.item_id, "status": _LIFE[min(self.looks, len(_LIFE)) - 1]}


@dataclass(slots=True)
class Vero:
    """All reports of one sandbox, whose clients have tokens of its Browse API."""

    browse: Browse
    reports: list[Report] = field(default_factory=list)


def vero_routes(browse: Browse) -> list[Route]:
    """The API's addresses, and one at which a test or a demo reads all reports."""
    vero = Vero(browse)

    async def reasons(request: Request) -> Response:
        return _client(vero, request) or _reasons()

    async def create(request: Request) -> Response:
        return _client(vero, request) or _created(vero, request, await request.body())

    async def report(request: Request) -> Response:
        return _client(vero, request) or _report(vero, request.path_params["report_id"])

    async def items(request: Request) -> Response:
        return _client(vero, request) or _items(vero, request.query_params.get("itemId", ""))

    async def all_reports(_request: Request) -> Response:
        return JSONResponse([asdict(report) for report in vero.reports])

    return [
        Route(f"{PATH}/vero_reason_code", reasons),
        Route(f"{PATH}/vero_report", create, methods=["POST"]),
        Route(f"{PATH}/vero_report/{{report_id}}", report),
        Route(f"{PATH}/vero_report_items", items),
        Route("/sandbox/vero-reports", all_reports),
    ]


def _client(vero: Vero, request: Request) -> Response | None:
    """The refusal of a caller without a good token; None for any other."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if vero.browse.client_of(token) is None:
        return refuse(401, 1001, "OAuth", "Invalid access token")
    return None


def _reasons() -> Response:
    details = [
        {"veroReasonCodeId": code, "briefText": brief, "detailedText": detailed}
        for code, (brief, detailed) in _REASONS.items()
    ]
    sites = [{"marketplaceId": site, "reasonCodeDetails": details} for site in _SITES]
    return JSONResponse({"veroReasonCodes": sites})


def _created(vero: Vero, request: Request, body: bytes) -> Response:
    try:
        items = json.loads(body)["reportItems"]
    except (ValueError, KeyError, TypeError):
        items = []
    refusal = _refusal(items)
    if refusal is not None:
        return refusal
    token = request.headers["authorization"].removeprefix("Bearer ")
    client_id = vero.browse.client_of(token) or ""
    report_id = str(5_000_000 + len(vero.reports) + 1)
    vero.reports += [_taken(vero, report_id, client_id, item) for item in items]
    answer = {"veroReportId": report_id, "veroReportStatus": "RECEIVED"}
    place = f"{str(request.base_url).rstrip('/')}{PATH}/vero_report/{report_id}"
    return JSONResponse(answer, 201, headers={"location": place})


def _taken(vero: Vero, report_id: str, client_id: str, item: dict[str, str]) -> Report:
    item_id = item["itemId"]
    return Report(
        report_id,
        client_id,
        item_id,
        item["veroReasonCodeId"],
        item.get("detailedMessage", ""),
        vero.browse.catalogue.item("ebay", item_id) is None,
    )


def _refusal(items: object) -> Response | None:
    """The refusal of a body that eBay's documentation does not allow."""
    if not isinstance(items, list) or not items:
        return _bad(235024, "At least one item is required for this call.")
    if len(items) > ITEMS_MAX:
        return _bad(235012, "Number of reported items exceeds maximum limit of 150 items.")
    return next((refused for item in items if (refused := _refused_item(item))), None)


def _refused_item(item: dict[str, str]) -> Response | None:
    if not item.get("itemId"):
        return _bad(235013, "The itemId is required for this call.")
    if item.get("veroReasonCodeId") not in _REASONS:
        return _bad(235014, "The veroReasonCodeId is required for this call.")
    if len(item.get("brand", "")) > BRAND_MAX_CHARS:
        return _bad(235019, "Please verify brand, it should not exceed 50 characters.")
    if len(item.get("detailedMessage", "")) > MESSAGE_MAX_CHARS:
        return _bad(235021, "Please verify detailedMessage, it should not exceed 1000 characters.")
    return None


def _report(vero: Vero, report_id: str) -> Response:
    found = [report for report in vero.reports if report.report_id == report_id]
    if not found:
        return refuse(404, 235011, "API_VERO", "The veroReportId was not found.")
    items = [report.look() for report in found]
    ended = all(item["status"] in ("REMOVED", "SUBMISSION_FAILED") for item in items)
    status = "PROCESSED" if ended else "IN_PROCESS"
    answer = {"veroReportId": report_id, "veroReportStatus": status}
    return JSONResponse({**answer, "reportedItemDetails": items})


def _items(vero: Vero, item_id: str) -> Response:
    found = [report for report in vero.reports if report.item_id == item_id]
    if not found:
        return _bad(235006, "The itemId was not found.")
    return JSONResponse({"total": 1, "reportedItemDetails": [found[-1].look()]})


def _bad(error_id: int, message: str) -> Response:
    return refuse(400, error_id, "API_VERO", message)
