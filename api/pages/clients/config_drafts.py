"""A draft of a config as the page shows it: what differs in it, and what that would do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection

from api.access import ClientAccess
from api.backend import Backend
from api.http.problems import Problem
from api.jobs.asking import previewed
from api.pages.clients.config_changes import ConfigChange, changes_in_words
from api.pages.clients.config_form import ConfigForm, form_of
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scoring.preview_result import Change, ProviderPreview
from resources.postgres.clients import client_store, config_store
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import StoredPhoto

TILES = 24


@dataclass(frozen=True, slots=True)
class Tile:
    """A listing that would be flagged or dropped, with its photo."""

    change: Change
    sha256: str | None


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """Changes that the draft would make at one provider."""

    found: ProviderPreview
    newly_flagged: list[Tile]
    dropped: list[Tile]


@dataclass(frozen=True, slots=True)
class Draft:
    """A valid draft: what differs in it, and what that would do."""

    document: str
    changes: list[ConfigChange]
    previews: list[ShownPreview]


def base_of(c: Connection, client_id: str, version: str | None) -> tuple[int, Mapping[str, object]]:
    """The version that a form was made from and its document, the newest where it tells none.

    Version 0 and an empty document before the first was saved.
    """
    told = version or ""
    number = int(told[:10]) if told.isdecimal() and told.isascii() else None
    if number is None:
        number = config_store.newest_version(c, client_id)
    document = client_store.load_config(c, client_id, number).document if number else {}
    return number, document


def tried(
    access: ClientAccess, backend: Backend, base: Mapping[str, object], document: dict[str, object]
) -> tuple[ConfigForm, Draft | None]:
    """The form with its errors and no draft, or the valid draft with what it would change."""
    try:
        found = previewed(backend, access, document)
    except Problem as problem:
        if not problem.errors:
            raise
        return form_of(document, problem.errors, base=base), None
    shown = [_shown(access, backend, preview) for preview in found]
    written = json.dumps(document, sort_keys=True)
    return form_of(document, base=base), Draft(written, changes_in_words(base, document), shown)


def _shown(access: ClientAccess, backend: Backend, found: ProviderPreview) -> ShownPreview:
    newly, dropped = found.newly_flagged[:TILES], found.dropped[:TILES]
    return ShownPreview(
        found,
        tiles_of(access, backend, found.provider, newly),
        tiles_of(access, backend, found.provider, dropped),
    )


def tiles_of(
    access: ClientAccess, backend: Backend, provider: Provider, changes: Sequence[Change]
) -> list[Tile]:
    """The provider's listings that would change, each with its first stored photo."""
    with backend.database.client(access.client_id) as c:
        listing_ids = [change.listing_id for change in changes]
        rows = photo_store.listing_photos(c, access.client_id, provider, listing_ids)
    photos: dict[str, str] = {}
    for row in rows:
        if isinstance(row.photo, StoredPhoto):
            photos.setdefault(row.listing_id, row.photo.sha256)
    return [Tile(change, photos.get(change.listing_id)) for change in changes]
