"""The Python client against the API, and against answers that a network can give."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from api.app import Api
from infringement_dagster.client import ApiProblem, Client, Unreachable, documents, streams
from infringement_dagster.client.documents import Document, Event
from infringement_dagster.domain.event import NewEvent
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.events import event_store
from tests.api.case_scene import flag_cases
from tests.api.conftest import CONFIG, CallerOf
from tests.support.listing_files import offers, write_json_lines
from tests.support.photos import encoded, product
from tests.support.wire_server import answer, wire_server

KEY = "inf_live_x"


@pytest.fixture
def client(caller_of: CallerOf, base_url: str) -> Iterator[Client]:
    with Client(base_url, caller_of("acme", "admin").key, "acme") as opened:
        yield opened


def test_a_whole_session(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ApiProblem) as refused:
        client.config()
    assert (refused.value.status, refused.value.kind) == (404, "no-config")
    saved = client.save_config(CONFIG, after_version=0, comment="first")
    assert (saved.version, client.config().document) == (1, CONFIG)
    with pytest.raises(ApiProblem, match="stale-config"):
        client.save_config(CONFIG, after_version=0)
    photo = tmp_path / "front.png"
    photo.write_bytes(encoded(product(1), "PNG"))
    reference = client.add_reference(photo, brand="Acme")
    assert [reference.file_name for reference in client.references()] == ["front.png"]
    client.remove_reference(reference.reference_id)
    assert list(client.references()) == []
    scan = client.request_scan(["amazon"], idempotency_key="first")
    assert client.request_scan(["amazon"], idempotency_key="first").scan_id == scan.scan_id
    assert not client.scan(scan.scan_id).has_ended
    client.cancel_scan(scan.scan_id)
    told = [event.type for event in client.follow_scan(scan.scan_id)]
    assert told[0] == "scan.requested"
    assert told[-1] == "scan.finished"
    assert client.scan(scan.scan_id).has_ended
    assert [scan.state for scan in client.scans()] == ["cancelled"]
    assert list(client.follow_scan(scan.scan_id, after=last_number(client))) == []


def last_number(client: Client) -> int:
    last: int = client.connection.read(f"/v1/clients/{client.client_id}")["last_event_no"]
    return last


def test_a_file_of_listings_is_imported_once_however_often_it_is_sent(
    client: Client, tmp_path: Path
) -> None:
    bad: dict[str, object] = {"title": "Mug", "url": "nowhere"}
    rows = [*offers("anything")[:3], bad]
    path = write_json_lines(tmp_path / "kelmarkt.jsonl", rows)
    told = client.import_listings(path)
    assert (told.name, told.row_count, told.stored, told.failed) == ("kelmarkt", 4, 3, 1)
    assert [(fault.line, fault.reason) for fault in told.faults] == [(4, "bad_value")]
    assert client.import_listings(path).import_id == told.import_id
    assert client.import_listings(path, "other").import_id != told.import_id


def test_lists_are_walked_to_their_end(
    client: Client, database: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    scene = flag_cases(database, "acme", 450, objects)
    found = [case.case_id for case in client.cases()]
    assert len(found) == len(set(found)) == 450
    best = next(iter(client.cases(sort="most_probable", probability_min=0.9)))
    detail = client.decide(best, "infringing", "copied photo")
    assert (detail.state, detail.decision, detail.version) == ("decided", "infringing", 2)
    assert detail.signals
    with pytest.raises(ApiProblem, match="stale-case"):
        client.decide(best, "unsure")
    assert client.case(scene.case_ids[0]).evidence
    client.export_cases(tmp_path / "cases.csv", decision="infringing")
    assert len((tmp_path / "cases.csv").read_text().splitlines()) == 2


def test_web_hooks_are_kept_and_looked_after(client: Client) -> None:
    made = client.add_webhook("https://hooks.acme.example/", ["case.flagged"])
    assert client.rotate_webhook_secret(made.webhook_id, 2).secret != made.secret
    assert [webhook.webhook_id for webhook in client.webhooks()] == [made.webhook_id]
    event_no = client.test_webhook(made.webhook_id)
    assert [delivery.event_no for delivery in client.deliveries(made.webhook_id)] == [event_no]
    client.redeliver(made.webhook_id, event_no)


def test_a_stream_that_breaks_off_goes_on_after_the_last_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "PAUSE_SECONDS", 0.01)
    first = frames(1, 2) + b"id: 3\nevent: case.gone\nda"  # the network fails in the middle of one
    script = [
        answer(first, content_type="text/event-stream"),
        answer(problem("unavailable", 503), status=503, retry_after="0"),
        answer(frames(3, 4), content_type="text/event-stream"),
        answer(b"", status=204),
    ]
    with wire_server(*script) as server, Client(server.url, KEY, "acme") as client:
        told = list(client.events())
    assert [event.event_no for event in told] == [1, 2, 3, 4]
    asked = [request.lower() for request in server.requests]
    assert [f"last-event-id: {no}" in item for no, item in zip((0, 2, 2, 4), asked, strict=True)]


def test_a_stream_that_stays_down_is_given_up_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PAUSE_SECONDS", 0.01)
    down = answer(problem("unavailable", 503), status=503)
    with (
        wire_server(down) as server,
        Client(server.url, KEY, "acme", tries=3) as client,
        pytest.raises(Unreachable, match="no event after 7 came in 3 tries"),
    ):
        list(client.events(after=7))
    assert len(server.requests) == 3


def frames(*numbers: int) -> bytes:
    told: list[dict[str, object]] = [
        {"event_no": no, "type": "case.gone", "scan_id": None, "body": {}} for no in numbers
    ]
    return b": heartbeat\n\n" + b"".join(
        f"id: {item['event_no']}\nevent: case.gone\ndata: {json.dumps(item)}\n\n".encode()
        for item in told
    )


def problem(kind: str, status: int) -> bytes:
    told = {"type": f"urn:infringement-dagster:problem:{kind}", "status": status, "detail": "no"}
    return json.dumps(told).encode()


SCAN = {
    "scan_id": "09935542-cd9b-4b7f-9f84-ea1efa987911",
    "state": "queued",
    "trigger": "request",
    "config_version": 1,
    "requested_by_name": "key",
    "requested_at": "2026-11-22T18:58:19Z",
    "finished_at": None,
    "runs": [],
}


def test_a_refusal_for_pace_is_waited_out_and_the_request_keeps_its_key() -> None:
    script = (
        answer(problem("too-many-requests", 429), status=429, Retry_After="1"),
        answer(problem("unavailable", 503), status=503, Retry_After="0"),
        answer(json.dumps(SCAN).encode(), status=202),
    )
    with wire_server(*script) as server, Client(server.url, KEY, "acme") as client:
        began = time.monotonic()
        client.request_scan(["amazon"])
        assert time.monotonic() - began >= 1
    keys = {
        line
        for request in server.requests
        for line in request.splitlines()
        if line.lower().startswith("idempotency-key")
    }
    assert (len(server.requests), len(keys)) == (3, 1)


def test_a_change_without_a_key_is_not_sent_twice() -> None:
    down = answer(problem("unavailable", 503), status=503)
    with wire_server(down) as server, Client(server.url, KEY, "acme") as client:
        with pytest.raises(ApiProblem, match="unavailable"):
            client.add_webhook("https://hooks.acme.example/")
        assert len(server.requests) == 1


def test_nobody_there_and_somebody_else_are_told_apart_from_a_problem() -> None:
    with (
        Client("http://127.0.0.1:9", KEY, "acme", tries=2) as client,
        pytest.raises(Unreachable, match=r"127\.0\.0\.1:9 did not answer"),
    ):
        client.config()
    with (
        wire_server(answer(b"<html>", status=404)) as server,
        Client(server.url, KEY, "acme") as client,
        pytest.raises(Unreachable, match="is it the address of an API"),
    ):
        client.config()


ANSWERED = {
    "Run": "RunDocument",
    "Scan": "ScanDocument",
    "Fault": "FaultDocument",
    "ListingImport": "ImportReport",
    "Case": "CaseDocument",
    "Signal": "SignalDocument",
    "CaseDetail": "CaseDetailDocument",
    "WorkChange": "WorkChangeDocument",
    "CaseWork": "CaseWorkDocument",
    "User": "UserDocument",
    "Config": "ConfigDocument",
    "SavedConfig": "SavedConfigDocument",
    "Reference": "ReferenceDocument",
    "Event": "CaseGoneEvent",
    "Webhook": "WebhookDocument",
    "FreshWebhook": "FreshWebhookDocument",
    "Delivery": "DeliveryDocument",
}


def test_its_documents_are_those_of_the_api(app: Api) -> None:
    schemas = json.loads(json.dumps(app.openapi()))["components"]["schemas"]
    own = {
        name: kind
        for name, kind in vars(documents).items()
        if isinstance(kind, type) and issubclass(kind, Document) and kind is not Document
    }
    assert own.keys() == ANSWERED.keys()
    for name, kind in own.items():
        told = schemas[ANSWERED[name]]["properties"]
        for member, read in kind.model_fields.items():
            assert member in told, (name, member)
            if kind is not Event and "null" in json.dumps(told[member].get("anyOf", "")):
                assert type(None) in get_args(read.annotation), (name, member)


@pytest.mark.parametrize("ended", [False, True])
def test_events_arrive_while_they_happen(
    client: Client, database: Database, *, ended: bool
) -> None:
    flag_cases(database, "acme", 1)
    got: list[Event] = []
    last = last_number(client)

    def read() -> None:
        for event in client.events(after=last):
            got.append(event)
            if event.type == "case.gone":
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    if ended:
        time.sleep(0.5)
    with database.client("acme") as c:
        event_store.append_events(c, "acme", [NewEvent("case.listed"), NewEvent("case.gone")])
    reader.join(20)
    assert [event.type for event in got] == ["case.listed", "case.gone"]
