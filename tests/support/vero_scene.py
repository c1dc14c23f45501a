"""eBay's VeRO API on this machine, what goes wrong there as a test wants it, and notices for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

import httpx
from pydantic import SecretStr
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.groups.likeness import Member, Print
from infringement_dagster.domain.listing import Listing
from infringement_dagster.reviewing.decide import decide
from infringement_dagster.reviewing.notice_drafts import draft_for_case
from resources.postgres.cases import notice_store
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.cases.group_store import put_members
from resources.postgres.clients.client_store import save_config
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans.run_store import start_run
from resources.providers.authorization.client_credentials import ClientCredentials
from resources.providers.sandbox.app import Sandbox, create_app
from resources.providers.sandbox.browse_wire import items_for_words
from resources.vero.account import VeroAccount
from resources.vero.desk import VeroDesk
from tests.support.asgi_server import asgi_server
from tests.support.scene import a_listing, begin

COUNTERFEIT = "9001"  # a reason that the sandbox knows
UNKNOWN_ITEM = "999999999999"  # that the sandbox does not have: a report of it fails
_HOLDER = {
    "name": "Kelvarra GmbH",
    "address": "1 Mill Lane, Leeds",
    "email": "legal@kelvarra.example",
    "phone": "+44 1",
    "signatory": "Ann Archer",
    "trademarks": [{"name": "Kelvarra", "number": "1234567", "office": "USPTO"}],
}
CONFIG: dict[str, object] = {
    "brands": [{"name": "Kelvarra"}],
    "searches": {"ebay": {"queries": ["kelvarra bottle"]}},
    "rights_holder": _HOLDER,
    "thresholds": {"review": 0.01, "notice_ready": 0.01},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call: an answer in the place of eBay's, whose own is thrown away."""

    status: int
    method: Literal["GET", "POST"] = "POST"
    path: str = "/vero_report"
    has_arrived: bool = False  # whether eBay does what it was asked before it answers so
    headers: dict[str, str] = field(default_factory=dict)


class FaultyEbay:
    """The sandbox behind a line that fails as `faults` say, each once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.faults: deque[Fault] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault_of(scope)
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.has_arrived:
            await self._app(scope, receive, _thrown_away)
        error = {"errorId": 235000, "domain": "API_VERO", "message": "There was a problem."}
        answer = JSONResponse({"errors": [error]}, fault.status, headers=fault.headers)
        await answer(scope, receive, send)

    def _fault_of(self, scope: Scope) -> Fault | None:
        asked = (scope.get("method"), scope.get("path", ""))
        if not self.faults or scope["type"] != "http":
            return None
        fault = self.faults[0]
        if asked[0] != fault.method or not asked[1].endswith(fault.path):
            return None
        return self.faults.popleft()


async def _thrown_away(_: Message) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Ebay:
    """The API's address, its faults, and what it has taken."""

    url: str
    line: FaultyEbay
    item_ids: list[str]  # that it has

    def reports(self, item_id: str | None = None) -> list[dict[str, object]]:
        """All reports that it has taken, of one item if told."""
        reports = httpx.get(f"{self.url}/sandbox/vero-reports", trust_env=False).json()
        return [report for report in reports if item_id in (None, report["item_id"])]

    def account(self, name: str = "tests", *clients: str) -> VeroAccount:
        """An account there, of all clients unless told."""
        credentials = ClientCredentials(name, SecretStr("secret"))
        return VeroAccount(self.url, credentials, frozenset(clients or "*"), 3600.0)

    def desk(self) -> VeroDesk:
        """A desk of that account, which has read the reasons."""
        desk = VeroDesk(self.account)
        desk.refresh()
        return desk


@contextmanager
def ebay_server() -> Iterator[Ebay]:
    """eBay on a free port, until the block ends."""
    sandbox = Sandbox()
    line = FaultyEbay(create_app(sandbox))
    with asgi_server(line) as url:
        items = items_for_words(sandbox.catalogue, "kelvarra trailjug")
        yield Ebay(url, line, [item.listing_id for item in items])


def draft_for_items(database: Database, client_id: str, item_ids: list[str]) -> list[UUID]:
    """The notices, ready to be submitted, of a new client's cases about these items of eBay."""
    with database.client(client_id) as c:
        scan_id = begin(c, client_id).scan_id
        save_config(c, client_id, CONFIG, "tests")
        start_run(c, client_id, scan_id, "ebay", f"dagster-{scan_id}")
        put_listings(c, client_id, scan_id, [_item(item_id) for item_id in item_ids])
        flags = [CaseFlag(item_id, 0.9, None) for item_id in item_ids]
        flagged = flag_cases(c, client_id, scan_id, "ebay", 1, flags)
        by_item = {case.listing_id: case.case_id for case in flagged}
        for case_id in by_item.values():
            decide(c, client_id, case_id, "infringing", "It was not made by us.", "user:ann", 1)
        return [
            draft_for_case(c, client_id, by_item[item_id], "ebay_vero", "user:ann").notice_id
            for item_id in item_ids
        ]


def group_of_items(database: Database, client_id: str, notice_ids: list[UUID]) -> UUID:
    """The group that the cases of these notices are in, made without a run."""
    with database.client(client_id) as c:
        cases = [notice_store.get_notice(c, client_id, item).case_id for item in notice_ids]
        prints = [Print(case_id, "ebay", frozenset({"trailjug"}), "sly") for case_id in cases]
        put_members(c, client_id, [Member(seen, cases[0]) for seen in prints])
    return cases[0]


def _item(item_id: str) -> Listing:
    listing = a_listing(item_id, title="Kelvarra Trailjug")
    return replace(listing, provider="ebay", url=f"https://www.ebay.com/itm/{item_id}")
