"""Credits of questions of no scan: within the limits of their client, as those of scans are."""

from __future__ import annotations

from psycopg import Connection

from infringement_dagster.domain.admission import QueuedRun, credits_refusal
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.admit_runs import CreditsExhausted
from resources.postgres.clients import limit_store
from resources.postgres.scans import admission_store, price_store, usage_store
from resources.providers.registry import installed


def page_credits(c: Connection, provider: Provider, search: Search) -> int:
    """The price of one page of results, as the vendor told it last, else as it is described.

    Raises `ProviderNotInstalled` and `VendorNotInstalled`.
    """
    described = installed().description(provider, search.vendor)
    told = price_store.newest_price(c, provider, search.marketplace)
    return described.at_price(told).search_page_credits


def reserve_trial(
    c: Connection, client_id: str, provider: Provider, question: usage_store.Question, what: str
) -> None:
    """Guarantees that the question counts from now on; raises `CreditsExhausted`.

    For a transaction of its own: it takes the admission lock before any row. `what` it is for, as
    people are told.
    """
    admission_store.lock_admission(c)
    limits = limit_store.client_limits(c, client_id)
    use = admission_store.current_use(c, [client_id]).clients[client_id]
    asked = QueuedRun(client_id, question.request_id, provider, question.credits_most)
    if credits_refusal(asked, limits, use) is not None:
        raise CreditsExhausted(
            f"client {client_id!r}: {what} at {provider} costs {question.credits_most} "
            f"credits; charged or reserved are {use.credits_today} today (limit "
            f"{limits.credits_per_day}) and {use.credits_this_month} this month (limit "
            f"{limits.credits_per_month}): raise the limit of the client, or try it later"
        )
    usage_store.note_trial(c, client_id, provider, question)
