"""The methods of eBay's VeRO API, each asked once: whoever asks decides what may follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx

from infringement_dagster.domain.errors import PermanentError, TransientError
from infringement_dagster.notices.vero import NOT_REPORTED, VeroReport
from resources.network.tls import tls_context
from resources.providers.authorization.client_credentials import Tokens
from resources.providers.ebay_browse.refusals import read_error
from resources.providers.reading import Fields, Json, parse_document
from resources.providers.vendor_answers import AccountRefused, VendorError, retry_after_seconds

PATH: Final = "/commerce/vero/v1"
ANSWER_SECONDS_MAX: Final = 20.0
_ITEM_UNKNOWN: Final = frozenset({235006, 235010})  # not found; somebody else's report
_STATUS_MAX_CHARS: Final = 60
_TOLD_MAX_CHARS: Final = 400


class VeroRefused(PermanentError):
    """eBay does not take what was sent, and would not take it again."""


class VeroAccountRefused(TransientError):
    """eBay does not let this installation in until an operator has done something."""


class VeroUnavailable(TransientError):
    """eBay did not answer, or not with what it promises."""

    def __init__(
        self,
        message: str,
        *,
        may_have_arrived: bool,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """A reason for which eBay takes reports on one of its sites."""

    marketplace_id: str
    reason_code: str
    brief: str
    detailed: str


@dataclass(frozen=True, slots=True)
class ReportedItem:
    """An item of a report as eBay sees it; `told` is its reason where a report failed."""

    status: str
    told: str | None


class VeroApi:
    """One installation's access; a client of HTTP for each question, as there are few."""

    def __init__(self, base_url: str, tokens: Tokens) -> None:
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens

    def __repr__(self) -> str:
        return f"VeroApi({self._base_url!r})"

    def reason_codes(self) -> list[ReasonCode]:
        """The reasons of all sites; raises VeroUnavailable, VeroAccountRefused, VeroRefused."""
        answer = self._asked("GET", "/vero_reason_code")
        document = _document(answer)
        return [code for site in document.pop_list("veroReasonCodes") for code in _of_site(site)]

    def create_report(self, report: VeroReport) -> str | None:
        """The id of the report that eBay has taken; None where its answer names none.

        Raises VeroUnavailable, VeroAccountRefused, VeroRefused.
        """
        answer = self._asked("POST", "/vero_report", body=report.document())
        if answer.status_code != HTTPStatus.CREATED:
            raise VeroUnavailable(
                f"eBay answered {answer.status_code} to a report, which it does not document",
                may_have_arrived=True,
            )
        try:
            named = Fields(parse_document(answer.content)).pop_text("veroReportId", 100)
        except ValueError:
            named = None
        return named or answer.headers.get("location", "").rpartition("/")[2][:100] or None

    def report_status(self, report_id: str, item_id: str) -> ReportedItem:
        """The item of the report; raises VeroUnavailable, VeroAccountRefused, VeroRefused."""
        params = {"includeItemDetails": "true"}
        answer = self._asked("GET", f"/vero_report/{quote(report_id, safe='')}", params=params)
        document = _document(answer)
        return _item_in(document, item_id) or ReportedItem(
            document.pop_text("veroReportStatus", _STATUS_MAX_CHARS) or "RECEIVED", None
        )

    def item_status(self, item_id: str) -> ReportedItem:
        """The item as eBay has it of this account, of whichever report.

        Raises VeroUnavailable, VeroAccountRefused, VeroRefused.
        """
        answer = self._asked("GET", "/vero_report_items", params={"itemId": item_id})
        if answer.status_code >= 300:  # `_check` let through that eBay does not know it
            return ReportedItem(NOT_REPORTED, None)
        document = _document(answer)
        return _item_in(document, item_id) or ReportedItem(NOT_REPORTED, None)

    def _asked(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: dict[str, object] | None = None,
    ) -> httpx.Response:
        """The answer, whose status is good or says that an item is not known."""
        token = self._token(None)
        answer = self._sent(method, path, token, params, body)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:  # nothing was done: it may go again
            answer = self._sent(method, path, self._token(token), params, body)
        _check(answer, is_lookup=path == "/vero_report_items", may_arrive=body is not None)
        return answer

    def _token(self, refused: str | None) -> str:
        try:
            return self._tokens.token_now(refused)
        except AccountRefused as error:
            raise VeroAccountRefused(str(error)) from error
        except VendorError as error:
            raise VeroUnavailable(str(error), may_have_arrived=False) from error

    def _sent(
        self,
        method: str,
        path: str,
        token: str,
        params: dict[str, str] | None,
        body: dict[str, object] | None,
    ) -> httpx.Response:
        try:
            with httpx.Client(
                verify=tls_context(), trust_env=False, timeout=ANSWER_SECONDS_MAX
            ) as http:
                return http.request(
                    method,
                    f"{self._base_url}{PATH}{path}",
                    params=params,
                    json=body,
                    headers={"authorization": f"Bearer {token}", "accept": "application/json"},
                )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            told = f"no connection to {self._base_url} ({type(error).__name__})"
            raise VeroUnavailable(told, may_have_arrived=False) from None
        except httpx.HTTPError as error:
            told = f"{type(error).__name__} at {self._base_url}"
            raise VeroUnavailable(told, may_have_arrived=body is not None) from None


def _check(answer: httpx.Response, *, is_lookup: bool, may_arrive: bool) -> None:
    """Returns for an answer that can be read; raises the meaning of any other."""
    status = answer.status_code
    if status < 300:
        return
    error = read_error(answer.content)
    if is_lookup and (status == 404 or error.error_id in _ITEM_UNKNOWN):
        return
    if status in (401, 403):
        raise VeroAccountRefused(
            f"eBay does not let this installation use the VeRO API ({status}: {error}): the "
            "account must be a member of the VeRO programme and its keyset have the scope "
            "commerce.vero; look at EBAY_VERO_CLIENT_ID"
        )
    if status == 429 or status >= 500:
        raise VeroUnavailable(
            f"eBay is busy or failed ({status}: {error})",
            may_have_arrived=may_arrive and status != 429,
            retry_after_seconds=retry_after_seconds(answer.headers.get("retry-after")),
        )
    raise VeroRefused(f"eBay refuses it ({status}: {error})")


def _document(answer: httpx.Response) -> Fields:
    try:
        return Fields(parse_document(answer.content))
    except ValueError:
        raise VeroUnavailable("eBay's answer is not JSON", may_have_arrived=False) from None


def _of_site(site: Json) -> Iterator[ReasonCode]:
    fields = Fields(site)
    marketplace_id = fields.pop_text("marketplaceId") or ""
    for detail in fields.pop_list("reasonCodeDetails"):
        told = Fields(detail)
        code = told.pop_text("veroReasonCodeId")
        if code and code.isdecimal() and marketplace_id:
            brief = told.pop_text("briefText", _TOLD_MAX_CHARS) or ""
            detailed = told.pop_text("detailedText", _TOLD_MAX_CHARS) or ""
            yield ReasonCode(marketplace_id, code, brief, detailed)


def _item_in(document: Fields, item_id: str) -> ReportedItem | None:
    """The first row about the item; None where the answer has none."""
    for row in document.pop_list("reportedItemDetails"):
        item = Fields(row)
        if item.pop_text("itemId") == item_id:
            status = item.pop_text("status", _STATUS_MAX_CHARS) or NOT_REPORTED
            return ReportedItem(status, item.pop_text("reasonForFailure", _TOLD_MAX_CHARS))
    return None
