"""A preview of a draft in the process that does jobs."""

from __future__ import annotations

import json
from dataclasses import asdict

from api.jobs.orders import DRAFT_VERSION, PreviewOrder
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.scoring.preview import preview_draft
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import DescriptorAccess
from resources.objects.store import ObjectStore
from resources.postgres.database import Database


def previewed(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    order: PreviewOrder,
    descriptor: DescriptorAccess,
) -> bytes:
    """The outcome of the draft for each provider, as a JSON list."""
    draft = read_client_config(client_id, DRAFT_VERSION, order.draft)
    found = preview_draft(database, objects, decoder, client_id, draft, descriptor.model())
    return json.dumps([asdict(preview) for preview in found]).encode()
