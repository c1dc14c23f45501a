"""Prices as vendors told them, of one page of a provider's results on one national site.

Written by runs and trial searches, each before its first question, once a day and account; read by
whoever says beforehand what a scan may cost.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import execute, fetch_one

KEPT_HOURS = 24  # then the vendor is asked again, whether it told a price or none
KNOWN_DAYS = 7  # so old a price is still likelier than the table of the documentation


@dataclass(frozen=True, slots=True)
class AskedToday:
    """The vendor was asked within a day."""

    credits: int | None  # as it told within a week; None: it tells no price


def put_price(
    c: Connection, vendor: str, provider: Provider, tld: str, credits: int | None
) -> None:
    """Guarantees that the vendor counts as asked, and this as the price from now on.

    None where it told none: what it told before stays.
    """
    execute(
        c,
        """
        INSERT INTO provider_prices AS known (vendor, provider, tld, credits, told_at)
        VALUES (%(vendor)s, %(provider)s, %(tld)s, %(credits)s,
            CASE WHEN %(credits)s::int IS NOT NULL THEN now() END)
        ON CONFLICT (vendor, provider, tld) DO UPDATE SET
            asked_at = now(),
            credits = coalesce(excluded.credits, known.credits),
            told_at = coalesce(excluded.told_at, known.told_at)
        """,
        vendor=vendor,
        provider=provider,
        tld=tld,
        credits=credits,
    )


def price_of_today(c: Connection, vendor: str, provider: Provider, tld: str) -> AskedToday | None:
    """The answer of this vendor, None where it was not asked within a day and has to be."""
    return fetch_one(
        c,
        AskedToday,
        """
        SELECT CASE WHEN told_at > now() - %(days)s * interval '1 day' THEN credits END AS credits
        FROM provider_prices
        WHERE vendor = %(vendor)s AND provider = %(provider)s AND tld = %(tld)s
            AND asked_at > now() - %(hours)s * interval '1 hour'
        """,
        vendor=vendor,
        provider=provider,
        tld=tld,
        days=KNOWN_DAYS,
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
