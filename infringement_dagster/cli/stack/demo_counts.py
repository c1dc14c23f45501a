"""How much the demo has stored and flagged, in words; its imported file is counted apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from infringement_dagster.cli.stack.demo_file import COPIES, FILE_NAME
from infringement_dagster.cli.stack.demo_intake import IMPORTING_CLIENT
from infringement_dagster.cli.terminal import out
from infringement_dagster.domain.listing import Provider
from resources.postgres.cases import case_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store
from resources.providers.files.provider import DESCRIPTION
from resources.providers.sandbox.catalogue import SOLD_AT

FILES: Final = DESCRIPTION.name


@dataclass(frozen=True, slots=True)
class Stored:
    """How many listings and cases the demo clients have, flagged or drawn below the threshold.

    Those of the imported file are counted apart.
    """

    listings: int
    flagged: int
    sampled: int
    imported: int
    imported_flagged: int


def stored_by(database: Database, client_ids: list[str]) -> Stored:
    """The counts as they are now."""
    counts = [
        _counts(database, client_id, provider) for client_id in client_ids for provider in SOLD_AT
    ]
    imported, imported_flagged, _ = _counts(database, IMPORTING_CLIENT, FILES)
    listings, flagged, sampled = map(sum, zip(*counts, strict=True))
    return Stored(listings, flagged, sampled, imported, imported_flagged)


def _counts(database: Database, client_id: str, provider: Provider) -> tuple[int, int, int]:
    with database.client(client_id) as c:
        return (
            listing_store.count_listings(c, client_id, provider),
            case_store.count_cases(c, client_id, origin="flagged", provider=provider),
            case_store.count_cases(c, client_id, origin="sampled", provider=provider),
        )


def summarise(before: Stored, after: Stored) -> None:
    """Says what there is, and what is new since the last demo."""
    if before.listings == 0:
        out.print(
            f"{after.listings} listings stored, {after.flagged} cases flagged; {after.sampled} "
            "more, below the threshold, were drawn for review to see what is missed."
        )
    else:
        out.print(
            f"{after.listings} listings and {after.flagged} cases; new since the last demo: "
            f"{after.listings - before.listings} listings, {after.flagged - before.flagged} cases. "
            "A rescan updates what it knows and adds no duplicate."
        )
    out.print(
        f"Apart from these {after.imported} listings of {FILE_NAME}, {after.imported_flagged} of "
        "them flagged. All that is known of a listing, and where it was read:\n"
        f"  infringement listings show {IMPORTING_CLIENT} {FILES} {min(COPIES)}",
        soft_wrap=True,
    )
