"""The pages of one run in the object store, each beside the question that it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from infringement_dagster.collecting.page_requests import PageRequest, keep_page_request
from infringement_dagster.domain.client import Search
from infringement_dagster.scans.lease import ScanRun
from resources.objects.keys import page_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.providers.plug_in import ProviderPlugIn, Question, search_page_question
from resources.providers.search import PageResult
from resources.providers.vendor_answers import Answer, Charge


@dataclass(frozen=True, slots=True)
class KeptPages:
    """Keeps pages as they were sent, under keys made of their contents; its methods block."""

    run: ScanRun
    objects: ObjectStore
    provider: ProviderPlugIn
    vendor: str

    def keep_results(self, search: Search, page: PageResult) -> str:
        """The key of a page of results."""
        key = self._keep(page.content)
        if page.content:
            self._note(key, self._question(page, search), page.charges)
        return key

    def keep_own_page(self, question: Question, answer: Answer) -> str | None:
        """The key of an answer about one listing; None where there is no such page."""
        if not answer.content or answer.status == 404:
            return None
        key = self._keep(answer.content)
        self._note(key, question, answer.charges)
        return key

    def _keep(self, content: bytes) -> str:
        run = self.run
        key = page_key(run.client_id, run.scan_id, run.provider, sha256_hex(content))
        if content:
            self.objects.put_once(key, content)
        return key

    def _question(self, page: PageResult, search: Search) -> Question:
        """The question that the page answers, as evidence tells it: of a photo its id."""
        by_photo = self.provider.photo_search
        if page.reference_id is None or by_photo is None:
            return search_page_question(self.provider, search, page.query, page.page)
        place = self.provider.description.marketplace(search.marketplace)
        question = by_photo.question(place, b"")
        told = {**question.params, "reference_id": str(page.reference_id)}
        return replace(question, params=told)

    def _note(self, key: str, question: Question, charges: Sequence[Charge]) -> None:
        request = PageRequest(
            vendor=self.vendor,
            endpoint=question.endpoint,
            params=question.told,
            answered_at=charges[-1].at if charges else datetime.now(UTC),
        )
        keep_page_request(self.objects, key, request)
