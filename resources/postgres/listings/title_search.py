"""Which listings have a text in their title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import LiteralString

from psycopg import Connection

from resources.postgres.statements import fetch_all

# A text in more titles than this turns up often enough on a walk along the list's own order: of
# 200,000 listings every hundredth, so that a page of 50 is full after 5,000.
NAMED_MAX = 2000


@dataclass(frozen=True, slots=True)
class TitleCondition:
    """The condition for a list of listings, or of cases joined to them."""

    sql: LiteralString = ""
    values: Mapping[str, object] = field(default_factory=dict)


def title_condition(c: Connection, text: str | None) -> TitleCondition:
    """The condition that the title holds the text, without case; empty where None is asked.

    In the transaction of the client whose listings they are.
    """
    if text is None:
        return TitleCondition()
    found = fetch_all(
        c,
        _key,
        "SELECT provider, listing_id FROM titled_listings(%(text)s, %(most)s)",
        text=text,
        most=NAMED_MAX + 1,
    )
    if len(found) > NAMED_MAX:
        return TitleCondition(" AND strpos(lower(title), lower(%(text)s)) > 0", {"text": text})
    providers, ids = [key[0] for key in found], [key[1] for key in found]
    return TitleCondition(_NAMED, {"titled_providers": providers, "titled_ids": ids})


_NAMED: LiteralString = """
    AND (listings.provider, listings.listing_id) IN (
        SELECT * FROM unnest(%(titled_providers)s::text[], %(titled_ids)s::text[]))"""


def _key(*, provider: str, listing_id: str) -> tuple[str, str]:
    return provider, listing_id
