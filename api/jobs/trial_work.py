"""A trial search as a worker does it: with the accounts that the environment names."""

from __future__ import annotations

from pydantic import TypeAdapter

from api.jobs.orders import TrialOrder
from infringement_dagster.clients.config_searches import SearchDocument
from infringement_dagster.collecting.trial_result import TrialResult
from infringement_dagster.collecting.trial_search import Trial, TrialSearch
from resources.decoding.blocking import BlockingDecoder
from resources.fetching.allowed_hosts import photo_access
from resources.postgres.database import Database
from resources.providers.account import VendorAccounts
from resources.settings import Settings


def tried(database: Database, decoder: BlockingDecoder, client_id: str, order: TrialOrder) -> bytes:
    """The trial's result as JSON; raises as `TrialSearch.result_of` does."""
    settings = Settings()
    wanted = SearchDocument.model_validate(order.search).to_search()
    search = TrialSearch(database, VendorAccounts(settings), photo_access(settings), decoder)
    found = search.result_of(Trial(client_id, order.provider, wanted, order.credits_most))
    return TypeAdapter(TrialResult).dump_json(found)
