"""A client whose scans find listings, flag and group them and link their sellers, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.flagging.group_cases import group_cases
from infringement_dagster.flagging.link_sellers import Linked, link_sellers
from resources.postgres.actors import seller_store
from resources.postgres.database import Database
from tests.support import grouped
from tests.support.grouped import Found, GroupScene


@dataclass(frozen=True, slots=True)
class Sold:
    """A flagged listing with what its own page tells of its seller."""

    found: Found
    description: str | None = None
    ships_from: str | None = None

    @property
    def listing(self) -> Listing:
        """The listing as a run hands it over."""
        found = self.found
        return Listing(
            found.provider,
            found.listing_id,
            found.title,
            f"https://shop.example/{found.listing_id}",
            price=Price(Decimal("9.99"), Decimal("9.99"), "USD"),
            seller=None if found.seller is None else Seller(found.seller),
            description=self.description,
            ships_from=self.ships_from,
        )


@dataclass(frozen=True, slots=True)
class ActorScene:
    """A client of one name in one database."""

    groups: GroupScene

    @property
    def database(self) -> Database:
        """Where it is kept."""
        return self.groups.database

    @property
    def client_id(self) -> str:
        """Its name."""
        return self.groups.client_id

    def scan(self, *sold: Sold) -> Linked:
        """A scan at each provider flags the listings, groups them and links their sellers."""
        linked = Linked(0, 0)
        for provider in sorted({item.found.provider for item in sold}):
            here = [item for item in sold if item.found.provider == provider]
            run = self.groups.flag(provider, [item.found for item in here])
            group_cases(self.database, run)
            linked = link_sellers(self.database, run, [item.listing for item in here])
        return linked

    def actors(self) -> set[frozenset[str]]:
        """The keys of the sellers of each actor of several."""
        with self.database.client(self.client_id) as c:
            rows = seller_store.sellers(c, self.client_id)
        by_actor: dict[object, set[str]] = {}
        for row in rows:
            by_actor.setdefault(row.actor_id, set()).add(row.seller.key)
        return {frozenset(keys) for keys in by_actor.values() if len(keys) > 1}

    def events(self) -> Sequence[str]:
        """The types of the events that tell of actors."""
        with self.database.client(self.client_id) as c:
            rows = c.execute(
                "SELECT type FROM events WHERE type LIKE 'actor.%' ORDER BY event_no"
            ).fetchall()
        return [str(name) for (name,) in rows]


def begin(database: Database, client_id: str = "acme") -> ActorScene:
    """The scene of a client that does not exist yet."""
    return ActorScene(grouped.begin(database, client_id))


def two_shops(contact: str = "WhatsApp +8613912345678") -> tuple[Sold, Sold]:
    """Two sellers at two marketplaces who give one number and share a photo."""
    return (
        Sold(Found("E1", seller="Brightpeak Store", photo="own"), contact, "Yiwu, China"),
        Sold(
            Found("W1", "Other mug of glass", "kindly deals", "own", "walmart"),
            contact,
            "Yiwu, China",
        ),
    )
