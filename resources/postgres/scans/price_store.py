"""Prices as vendors told them, of one page of a provider's results on one national site.

Written by runs, each before its first question, once a day and account; read by whoever says
beforehand what a scan may cost.
"""

from __future__ import annotations

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import execute, fetch_one

KEPT_HOURS = 24  # then it is asked for again
KNOWN_DAYS = 7  # so old a price is still likelier than the table of the documentation


def put_price(c: Connection, vendor: str, provider: Provider, tld: str, credits: int) -> None:
    """Guarantees that this is the price from now on."""
    execute(
        c,
        """
        INSERT INTO provider_prices (vendor, provider, tld, credits)
        VALUES (%(vendor)s, %(provider)s, %(tld)s, %(credits)s)
        ON CONFLICT (vendor, provider, tld)
        DO UPDATE SET credits = excluded.credits, told_at = now()
        """,
        vendor=vendor,
        provider=provider,
        tld=tld,
        credits=credits,
    )


def price_of_today(c: Connection, vendor: str, provider: Provider, tld: str) -> int | None:
    """The price that this vendor told within a day, None where it has to be asked."""
    return fetch_one(
        c,
        _credits,
        """
        SELECT credits FROM provider_prices
        WHERE vendor = %(vendor)s AND provider = %(provider)s AND tld = %(tld)s
            AND told_at > now() - %(hours)s * interval '1 hour'
        """,
        vendor=vendor,
        provider=provider,
        tld=tld,
        hours=KEPT_HOURS,
    )


def newest_price(c: Connection, provider: Provider, tld: str) -> int | None:
    """The price that any vendor told last, None where none did within a week."""
    return fetch_one(
        c,
        _credits,
        """
        SELECT credits FROM provider_prices
        WHERE provider = %(provider)s AND tld = %(tld)s
            AND told_at > now() - %(days)s * interval '1 day'
        ORDER BY told_at DESC LIMIT 1
        """,
        provider=provider,
        tld=tld,
        days=KNOWN_DAYS,
    )


def forget_price(c: Connection, vendor: str, provider: Provider, tld: str) -> None:
    """Guarantees that the next run asks: the vendor wanted more than it had told."""
    execute(
        c,
        """
        DELETE FROM provider_prices
        WHERE vendor = %(vendor)s AND provider = %(provider)s AND tld = %(tld)s
        """,
        vendor=vendor,
        provider=provider,
        tld=tld,
    )


def _credits(*, credits: int) -> int:
    return credits
