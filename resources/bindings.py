"""Offers the adapters to Dagster as resources. The only module here that imports Dagster."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from infringement_dagster.domain.errors import PermanentError
from resources.descriptors.onnx_descriptor import DescriptorAccess, descriptor_access
from resources.fetching.allowed_hosts import PhotoAccess, photo_access
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.embedded import external_urls
from resources.providers.account import VendorAccounts
from resources.settings import PageLinks, Settings


class NoDatabase(PermanentError):
    """No database is configured for this process."""


@dg.resource(description="The product's Postgres, one transaction in the name of one client.")
def database_resource() -> Iterator[Database]:
    """The database of this installation."""
    with Database(_database_urls(Settings())) as database:
        yield database


@dg.resource(description="Immutable objects: photos, pages, snapshots, evidence.")
def objects_resource() -> ObjectStore:
    """The object store of `OBJECT_STORE_URL`."""
    return ObjectStore(Settings().object_store_location)


@dg.resource(description="The vendors' accounts; the sandbox without a key of ScraperAPI.")
def vendors_resource() -> VendorAccounts:
    """The accounts that the environment names."""
    return VendorAccounts(Settings())


@dg.resource(description="Fetches listing photos from public addresses only.")
def photos_resource() -> PhotoAccess:
    """Public addresses, and the sandbox's where it is in use."""
    return photo_access(Settings())


@dg.resource(description="The copy descriptor of COPY_DESCRIPTOR_MODEL, if one is named.")
def descriptor_resource() -> DescriptorAccess:
    """The model that this installation names, loaded when it is first asked for."""
    return descriptor_access(Settings())


@dg.resource(description="The API's pages, which the UI links to when INFRINGEMENT_PAGES_URL says.")
def links_resource() -> PageLinks:
    """The addresses of scans and cases."""
    return PageLinks(Settings().pages_url)


def _database_urls(settings: Settings) -> DatabaseUrls:
    if settings.database_url is None:
        raise NoDatabase(
            "DATABASE_URL is not set for this Dagster process: set it, or let `infringement up` "
            "start the processes, which gives them the embedded server"
        )
    return external_urls(settings, settings.database_url)
