"""A client's config: read, saved under a condition, compared, tried out before saving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from api.access import InClient
from api.backend import Backed
from api.http import names
from api.http.config_checks import ConfigBody, check_config
from api.http.cursors import bad_cursor, list_tag, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, IdempotencyKey, Limit, Page, ScanDocument, Text
from api.routes.clients import preconditions
from infringement_dagster.clients.config_checks import CHECKS_AT_ONCE
from infringement_dagster.clients.configs import differences
from infringement_dagster.domain.scan import Over
from infringement_dagster.scans.request import request_rescore, rescored_where_stored
from resources.postgres.clients import client_store, config_store

router = APIRouter(tags=["config"], route_class=OperationRoute)
VERSION_MAX = 2**31 - 1
Version = Annotated[int, Path(ge=1, le=VERSION_MAX)]


class ConfigDocument(Document):
    """One version of the config."""

    version: int
    document: dict[str, object]
    created_at: datetime
    created_by: str
    created_by_name: str
    comment: str | None


class SavedConfigDocument(ConfigDocument):
    """A version that was saved."""

    rescore_scan_id: UUID | None = Field(
        None, description="The scan that applies it to what is stored, if asked for and any is."
    )


class VersionDocument(Document):
    """Who saved a version, when and why."""

    version: int
    created_at: datetime
    created_by: str
    created_by_name: str
    comment: str | None


class DifferenceDocument(Document):
    """One place where two versions differ; null where there is nothing."""

    pointer: str
    before: object
    after: object


def checked_document(backend: Backed, document: ConfigBody) -> Mapping[str, object]:
    """The document, valid; checked before the operation takes a connection or anything else."""
    check_config(backend.config_checks, document)
    return document


CheckedDocument = Annotated[
    Mapping[str, object], Depends(checked_document, max_concurrency=CHECKS_AT_ONCE)
]


@router.get("/v1/clients/{client_id}/config")
def get_config(scope: InClient, response: Response) -> ConfigDocument:
    """Read the newest config; its ETag is what a save must name."""
    row = client_store.load_config(scope.connection, scope.client_id)
    response.headers["ETag"] = preconditions.etag_of(row.version)
    return names.named_document(ConfigDocument, scope, row, "created_by")


@router.put("/v1/clients/{client_id}/config")
def put_config(
    document: CheckedDocument,
    scope: InClient,
    response: Response,
    if_match: preconditions.IfMatch = None,
    comment: Annotated[Text | None, Query(description="Why it is changed.")] = None,
    apply: Annotated[bool, Query(description="Apply it to what is stored, too.")] = False,
    over: Annotated[Over, Query(description="What it is applied to.")] = "last_scans",
) -> SavedConfigDocument:
    """Save the next version. The next scan uses it; scans that run keep theirs."""
    expected = preconditions.version_of(if_match)
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    version = config_store.save_config_after(c, client_id, expected, document, actor, comment)
    response.headers["ETag"] = preconditions.etag_of(version)
    row = client_store.load_config(c, client_id, version)
    saved = names.named_document(ConfigDocument, scope, row, "created_by")
    scan_id = rescored_where_stored(c, client_id, actor, over) if apply else None
    return SavedConfigDocument(**saved.model_dump(), rescore_scan_id=scan_id)


@router.post("/v1/clients/{client_id}/config/apply", status_code=202)
def apply_config(
    scope: InClient,
    response: Response,
    idempotency_key: IdempotencyKey = None,
    over: Annotated[Over, Query(description="What it is applied to.")] = "last_scans",
) -> ScanDocument:
    """Score and flag what the last scans stored again, under the newest config; asks no provider.

    With `all_history` it is every stored listing that a kept snapshot shows. What falls below the
    threshold is dropped, unless a person has decided on it. Progress is that of the scan in
    `Location`.
    """
    client_id, actor = scope.client_id, scope.principal.actor
    scan = request_rescore(scope.connection, client_id, actor, idempotency_key, over)
    response.headers["Location"] = f"/v1/clients/{client_id}/scans/{scan.scan_id}"
    return names.named_document(ScanDocument, scope, scan, "requested_by")


@router.get("/v1/clients/{client_id}/config/versions")
def list_config_versions(
    scope: InClient, limit: Limit = 50, cursor: Cursor = None
) -> Page[VersionDocument]:
    """List all versions, newest first."""
    tag = list_tag(scope.client_id, "config")
    before = _version_of(read_cursor(tag, cursor, 1)[0]) if cursor else VERSION_MAX
    rows = config_store.versions_before(scope.connection, scope.client_id, before, limit)
    return Page(
        items=names.named_documents(VersionDocument, scope, rows, "created_by"),
        next_cursor=write_cursor(tag, [str(rows[-1].version)]) if len(rows) == limit else None,
    )


@router.get("/v1/clients/{client_id}/config/versions/{version}")
def get_config_version(scope: InClient, version: Version) -> ConfigDocument:
    """Read one version as it was saved."""
    row = client_store.load_config(scope.connection, scope.client_id, version)
    return names.named_document(ConfigDocument, scope, row, "created_by")


@router.get("/v1/clients/{client_id}/config/versions/{version}/changes")
def compare_config_versions(
    scope: InClient,
    version: Version,
    since: Annotated[int, Query(ge=1, le=VERSION_MAX, description="The earlier version.")],
) -> list[DifferenceDocument]:
    """Say in which places two versions differ."""
    before = client_store.load_config(scope.connection, scope.client_id, since)
    after = client_store.load_config(scope.connection, scope.client_id, version)
    found = differences(before.document, after.document)
    return [DifferenceDocument.model_validate(difference) for difference in found]


def _version_of(part: str) -> int:
    if not part.isascii() or not part.isdigit() or int(part[:11]) > VERSION_MAX:
        raise bad_cursor()
    return int(part)
