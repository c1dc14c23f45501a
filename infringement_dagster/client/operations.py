"""One client of the installation, as its own programs see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeVar
from uuid import UUID, uuid4

from infringement_dagster.client.connection import TRIES, Connection
from infringement_dagster.client.documents import (
    Case,
    CaseDetail,
    CaseWork,
    Config,
    Delivery,
    Document,
    Event,
    FreshWebhook,
    ListingImport,
    Reference,
    SavedConfig,
    Scan,
    User,
    Webhook,
)
from infringement_dagster.client.streams import follow

PAGE: Final = 200  # as many as the API gives at once
Item = TypeVar("Item", bound=Document)


class Client:
    """All that a key may do for its client; lists are walked to their end, page by page.

    Every method raises ApiProblem and Unreachable.
    """

    def __init__(
        self,
        api_url: str,
        key: str,
        client_id: str,
        *,
        timeout_seconds: float = 120.0,
        tries: int = TRIES,
    ) -> None:
        """Asks nothing yet. Exports may take 100 s, so a shorter time cuts them off."""
        self.client_id = client_id
        self.connection = Connection(api_url, key, timeout_seconds=timeout_seconds, tries=tries)
        self._tries = tries
        self._root = f"/v1/clients/{client_id}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def config(self) -> Config:
        """The newest version."""
        return Config.model_validate(self._read("config"))

    def save_config(
        self,
        document: Mapping[str, Any],
        *,
        after_version: int,
        comment: str | None = None,
        apply: bool = False,
    ) -> SavedConfig:
        """The next version, if `after_version` is still the newest (0: there is none yet)."""
        answer = self.connection.ask(
            "PUT",
            f"{self._root}/config",
            query={"comment": comment, "apply": apply or None},
            json=document,
            headers={"If-Match": f'"{after_version}"'},
        )
        return SavedConfig.model_validate(answer.json())

    def references(self) -> Iterator[Reference]:
        """The photos that the client owns, oldest first."""
        return self._walk(Reference, "references")

    def add_reference(
        self, photo: Path, brand: str | None = None, kind: Literal["photo", "logo"] = "photo"
    ) -> Reference:
        """The file, kept; the same bytes again only take the new name, brand and kind."""
        answer = self.connection.ask(
            "POST",
            f"{self._root}/references",
            query={"file_name": photo.name, "brand": brand, "kind": kind},
            content=photo.read_bytes(),
            headers={"Content-Type": "application/octet-stream"},
        )
        return Reference.model_validate(answer.json())

    def remove_reference(self, reference_id: UUID) -> None:
        """Guarantees that the photo is compared with no longer."""
        self.connection.ask("DELETE", f"{self._root}/references/{reference_id}")

    def import_listings(self, file: Path, name: str | None = None) -> ListingImport:
        """The outcome of each row of a CSV, JSON Lines or Parquet; the same file is one import.

        A later file of the name, that of the file unless told, replaces it in scans of `file`.
        """
        answer = self.connection.ask(
            "POST",
            f"{self._root}/listings:import",
            query={"file_name": file.name, "name": name},
            content=file.read_bytes(),
            headers={"Content-Type": "application/octet-stream"},
        )
        return ListingImport.model_validate(answer.json())

    def request_scan(
        self, providers: Sequence[str] | None = None, *, idempotency_key: str | None = None
    ) -> Scan:
        """The scan that was asked for. The same key gives the same scan, also tomorrow.

        Without a key one is made up, so that a request tried again makes no second scan.
        """
        return self._change(
            Scan,
            "scans",
            {"providers": list(providers) if providers else None},
            idempotency_key or str(uuid4()),
        )

    def scans(self) -> Iterator[Scan]:
        """All scans, newest first."""
        return self._walk(Scan, "scans")

    def scan(self, scan_id: UUID) -> Scan:
        """The scan as it is now."""
        return Scan.model_validate(self._read(f"scans/{scan_id}"))

    def cancel_scan(self, scan_id: UUID) -> Scan:
        """The scan; what waits of it is cancelled, what runs was asked to stop."""
        return self._change(Scan, f"scans/{scan_id}/cancel")

    def retry_scan(self, scan_id: UUID) -> Scan:
        """The scan, with its failed and partial parts queued again."""
        return self._change(Scan, f"scans/{scan_id}/retry")

    def follow_scan(self, scan_id: UUID, after: int = 0) -> Iterator[Event]:
        """The scan's events after the number, each as it happens, until the scan has ended."""
        return self._stream(f"scans/{scan_id}/events", after, until="scan.finished")

    def events(self, after: int = 0) -> Iterator[Event]:
        """All events after the number, then each as it happens, for ever.

        Keep the number of the last one that you have dealt with, and begin with it the next time.
        An event of type `reset` says that numbers up to its own are kept no longer.
        """
        return self._stream("events", after, until=None)

    def cases(self, *, sort: str = "newest", **wanted: object) -> Iterator[Case]:
        """All cases wanted, in the order of `sort`.

        That is "newest", "oldest", "most_probable", "least_probable", "cheapest" or "most_visible".

        Wanted by `state`, `decision`, `origin`, `provider`, `violation_type`, `probability_min`,
        `seller`, `text`, `scan_id`, `assignee`, `overdue` or `tag`.
        """
        return self._walk(Case, "cases", sort=sort, **wanted)

    def case(self, case_id: UUID) -> CaseDetail:
        """The case with its signals, decisions and evidence."""
        return CaseDetail.model_validate(self._read(f"cases/{case_id}"))

    def decide(self, case: Case, decision: str, reason: str = "") -> CaseDetail:
        """The case with the decision, if nobody has decided since `case` was read."""
        document = {"decision": decision, "reason": reason, "version": case.version}
        return self._change(CaseDetail, f"cases/{case.case_id}/decisions", document)

    def case_work(self, case_id: UUID) -> CaseWork:
        """Whose work the case is, until when, its tags and comments."""
        return CaseWork.model_validate(self._read(f"cases/{case_id}/work"))

    def assign(self, case_id: UUID, assignee: str | None, *, version: int) -> CaseWork:
        """The work when it is this person's (`user:` and their id), or nobody's (None).

        `version` is that of the work as you read it, as for days and tags; 0: never shared out.
        """
        return self._put_work(case_id, "assignee", {"assignee": assignee, "version": version})

    def set_due_date(self, case_id: UUID, due_on: date | None, *, version: int) -> CaseWork:
        """The work when it is to be done by the end of this day; None: there is no hurry."""
        day = None if due_on is None else due_on.isoformat()
        return self._put_work(case_id, "due-date", {"due_on": day, "version": version})

    def set_tags(self, case_id: UUID, tags: Iterable[str], *, version: int) -> CaseWork:
        """The work when the case has these tags and no others."""
        return self._put_work(case_id, "tags", {"tags": list(tags), "version": version})

    def add_comment(self, case_id: UUID, comment: str) -> CaseWork:
        """The work with the comment, which stays as it was written."""
        return self._change(CaseWork, f"cases/{case_id}/comments", {"comment": comment})

    def users(self) -> Iterator[User]:
        """The client's people, disabled ones too; only keys that manage access may ask."""
        return self._walk(User, "users")

    def export_cases(self, target: Path, file_format: str = "csv", **wanted: object) -> None:
        """Guarantees that the file holds all cases wanted, as CSV or Parquet."""
        answer = self.connection.ask(
            "GET", f"{self._root}/cases-export", query={"format": file_format, **wanted}
        )
        target.write_bytes(answer.content)

    def webhooks(self) -> Iterator[Webhook]:
        """The client's web-hooks."""
        return self._walk(Webhook, "webhooks")

    def add_webhook(self, url: str, event_types: Sequence[str] | None = None) -> FreshWebhook:
        """The new web-hook with the secret that verifies its messages."""
        told = {} if event_types is None else {"event_types": list(event_types)}
        return self._change(FreshWebhook, "webhooks", {"url": url, **told})

    def rotate_webhook_secret(self, webhook_id: UUID, overlap_hours: float = 24) -> FreshWebhook:
        """The web-hook with a new secret; the one before signs too until the overlap ends."""
        answer = self.connection.ask(
            "POST",
            f"{self._root}/webhooks/{webhook_id}/rotate",
            query={"overlap_hours": overlap_hours},
        )
        return FreshWebhook.model_validate(answer.json())

    def test_webhook(self, webhook_id: UUID) -> int:
        """The number of the `webhook.tested` event that was sent there."""
        answer = self.connection.ask("POST", f"{self._root}/webhooks/{webhook_id}/test")
        return int(answer.json()["event_no"])

    def deliveries(self, webhook_id: UUID, state: str | None = None) -> Iterator[Delivery]:
        """Messages that were sent or are to be sent there, newest event first."""
        return self._walk(Delivery, f"webhooks/{webhook_id}/deliveries", state=state)

    def redeliver(self, webhook_id: UUID, event_no: int) -> None:
        """Guarantees that the event is sent there once more."""
        path = f"webhooks/{webhook_id}/deliveries/{event_no}/redeliver"
        self.connection.ask("POST", f"{self._root}/{path}")

    def _read(self, path: str, **query: object) -> Any:
        return self.connection.read(f"{self._root}/{path}", **query)

    def _change(
        self,
        kind: type[Item],
        path: str,
        document: object = None,
        idempotency_key: str | None = None,
    ) -> Item:
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        answer = self.connection.ask("POST", f"{self._root}/{path}", json=document, headers=headers)
        return kind.model_validate(answer.json())

    def _put_work(self, case_id: UUID, part: str, document: object) -> CaseWork:
        path = f"{self._root}/cases/{case_id}/{part}"
        return CaseWork.model_validate(self.connection.ask("PUT", path, json=document).json())

    def _walk(self, kind: type[Item], path: str, **query: object) -> Iterator[Item]:
        paged = {} if path in _WHOLE else {"limit": PAGE}
        cursor = None
        while True:
            page = self._read(path, **paged, **query, cursor=cursor)
            yield from map(kind.model_validate, page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _stream(self, path: str, after: int, until: str | None) -> Iterator[Event]:
        return follow(
            self.connection, f"{self._root}/{path}", after, until=until, failures_max=self._tries
        )


# Lists that come in one piece and know no `limit`.
_WHOLE: Final = frozenset({"references", "users", "webhooks"})
