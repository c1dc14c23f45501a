"""Bundles as an export makes them, without the API."""

from __future__ import annotations

from uuid import UUID

from infringement_dagster.evidence.signature import SigningKey
from infringement_dagster.reviewing.bundles import BundleMaker, plan_bundle
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database


def bundle_of(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    key: SigningKey,
    client_id: str,
    case_id: UUID,
) -> bytes:
    """The whole bundle of the case."""
    with database.client(client_id) as c:
        plan = plan_bundle(c, client_id, case_id)
    return b"".join(BundleMaker(objects, key, decoder).pieces(plan))
