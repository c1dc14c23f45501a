"""Every operation as every role, and against a stranger's and an absent client's things."""

from __future__ import annotations

import re

import httpx
import pytest

from api.app import Api
from api.permissions import OPERATIONS, may
from infringement_dagster.notices.drafting import Draft
from resources.access import ROLES, Role
from resources.blocking_decoder import BlockingDecoder
from resources.credentials import hash_password
from resources.object_store import ObjectStore
from resources.onboarding import PhotoFile, add_references
from resources.postgres import access_store
from resources.postgres.client_store import reference_images
from resources.postgres.database import Database
from resources.postgres.notice_store import put_draft
from resources.postgres.webhook_store import add_webhook
from tests.api.case_scene import flag_cases
from tests.api.conftest import Caller, CallerOf
from tests.api.operations import CALLS, Ids, filled
from tests.matching.pictures import encoded, product

HOST_RUN = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9A-Za-z]{16}\b|beta|nobody|acme"
)


def call(caller: Caller, operation: str, ids: Ids) -> httpx.Response:
    """The answer without its body where that would never end."""
    asked = CALLS[operation]
    with caller.http.stream(
        asked.method,
        filled(asked, ids),
        json=asked.json,
        headers={"Authorization": f"Bearer {caller.key}", **asked.headers},
    ) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
    return answer


def test_every_operation_has_a_call() -> None:
    assert CALLS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_no_more(caller_of: CallerOf, role: Role) -> None:
    caller = caller_of("acme", role)
    caller_of("acme", "viewer")  # so that the client exists for an operator
    allowed = {
        operation
        for operation in sorted(OPERATIONS, key=lambda one: one == "suspend_client")
        if call(caller, operation, Ids("acme")).status_code not in (401, 403)
    }
    assert allowed - {"log_in"} == {one for one in OPERATIONS if may(role, one)} - {"log_in"}


def test_without_a_credential_only_open_operations_answer(http: httpx.Client) -> None:
    nobody = Caller(http, "acme", "none")
    answered = {one for one in OPERATIONS if call(nobody, one, Ids("acme")).status_code != 401}
    assert answered == {"health", "ready", "metrics"}  # a wrong login is a 401 too


def things_of(database: Database, objects: ObjectStore, client_id: str, key: str) -> Ids:
    """The ids of real things of the client."""
    scene = flag_cases(database, client_id, 1, objects)
    photo = PhotoFile("a.png", encoded(product(1), "PNG"))
    with BlockingDecoder() as decoder:
        add_references(database, objects, decoder, client_id, [photo])
    with database.client(client_id) as c:
        password_hash = hash_password("correct horse battery")
        user = access_store.add_user(c, client_id, "ann@x.example", "viewer", password_hash)
        webhook = add_webhook(c, client_id, "https://x.example/", ["case.flagged"])
        (reference,) = reference_images(c, client_id)
        draft = Draft("dmca", {}, ())
        notice = put_draft(c, client_id, scene.case_ids[0], draft, 1, "tests")
    return Ids(
        client_id,
        scene.scan_id,
        scene.case_ids[0],
        reference.reference_id,
        user.user_id,
        webhook.webhook_id,
        key.split("_")[2],
        notice_id=notice.notice_id,
        sha256=reference.sha256,
    )


def plain(answer: httpx.Response) -> tuple[int, dict[str, object]]:
    """The answer less what the caller itself wrote into it."""
    body = answer.json()
    del body["request_id"]
    return answer.status_code, {name: HOST_RUN.sub("*", str(part)) for name, part in body.items()}


def test_foreign_and_absent_things_are_answered_alike_by_every_operation(
    caller_of: CallerOf, database: Database, objects: ObjectStore
) -> None:
    acme, beta = caller_of("acme"), caller_of("beta")
    foreign = things_of(database, objects, "beta", beta.key)
    compared = 0
    for operation, asked in CALLS.items():
        if "{client_id}" not in asked.path or not may("admin", operation):
            continue
        theirs = plain(call(acme, operation, foreign))
        absent = plain(call(acme, operation, Ids("nobody")))
        assert theirs == absent, operation
        assert theirs[0] == 404
        compared += 1
        if asked.path.count("{") > 1 and "version" not in asked.path:
            mine = Ids("acme")
            mixed = Ids("acme", *[getattr(foreign, n) for n in list(Ids.__dataclass_fields__)[1:]])
            if operation == "get_listing":
                continue  # a provider's listing id is no secret and may be known to both
            assert plain(call(acme, operation, mixed)) == plain(call(acme, operation, mine)), (
                operation
            )
            compared += 1
    assert compared >= 50


def test_own_things_are_found(
    caller_of: CallerOf, database: Database, objects: ObjectStore, app: Api
) -> None:
    """Without this, an API that answers 404 to everything would pass."""
    acme = caller_of("acme")
    own = things_of(database, objects, "acme", caller_of("acme").key)
    changing = {"retry_scan", "redeliver", "put_config", "request_scan", "add_reference"}
    for operation in OPERATIONS.keys() - changing - {"log_in", "get_config_version"}:
        if may("admin", operation) and CALLS[operation].method == "GET":
            assert call(acme, operation, own).status_code == 200, operation
