"""The collection of a run: its provider, the account that is charged, and what is left to ask."""

from __future__ import annotations

from infringement_dagster.collecting.accounts import account_of, searched_provider
from infringement_dagster.collecting.collect import ListingCollection
from infringement_dagster.collecting.read_own_pages import Probability
from infringement_dagster.collecting.resume import earlier_attempt, nothing_earlier
from infringement_dagster.scans.lease import ScanRun
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.account import VendorAccounts


def collection_of(
    run: ScanRun,
    database: Database,
    objects: ObjectStore,
    vendors: VendorAccounts,
    probability: Probability,
) -> ListingCollection:
    """The collection of the run's listings, before anything is asked.

    `probability` decides whose own pages are read.
    Raises `ProviderNotInstalled`, `VendorNotInstalled`, `NoVendor` and `BadSetting`.
    """
    provider = searched_provider(run)
    return ListingCollection(
        run,
        database,
        objects,
        provider,
        account_of(run, provider, vendors, database, objects),
        probability,
        earlier_attempt(database, objects, run) or nothing_earlier(),
    )
