"""Asset `expected_credits`: what a backfill would cost, to be looked at before it is launched."""

from collections.abc import Sequence

import dagster as dg
from pydantic import Field

from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.scans.expected_credits import (
    ExpectedCredits,
    in_words,
)
from infringement_dagster.scans.expected_credits import (
    expected_credits as credits_of_pairs,
)
from resources.postgres.database import Database

_ROWS_SHOWN = 200  # the dearest; a table of thousands would be no preview


class Wanted(dg.Config):
    """The pairs that are meant; nothing named means all."""

    clients: list[str] = Field(default=[], description="Their ids.")
    providers: list[str] = Field(default=[], description="amazon, ebay, ...")


@dg.asset(
    group_name="before_a_backfill",
    owners=["team:brand-protection"],
    kinds={"postgres"},
    description="The most that scanning would cost, for each client and provider that is searched. "
    "Materialize it before a backfill; name clients and providers in its config. "
    "It asks no provider and costs nothing.",
)
def expected_credits(
    context: dg.AssetExecutionContext, config: Wanted, database: dg.ResourceParam[Database]
) -> dg.MaterializeResult[None]:
    """The credits of the pairs wanted, dearest first."""
    with dagster_failures():
        found = credits_of_pairs(database, config.clients, config.providers)
    context.log.info(in_words(found))
    return dg.MaterializeResult(
        metadata={
            "credits_at_most": sum(row.at_most for row in found),
            "scans": len(found),
            "sum": in_words(found),
            "short_today": dg.MetadataValue.json(_short(found)),
            "by_pair": dg.MetadataValue.md(_table(found)),
        }
    )


def _short(found: Sequence[ExpectedCredits]) -> list[str]:
    """Clients whose day has not enough left: the rest of their runs would be refused."""
    wanted: dict[str, int] = {}
    left = {row.client_id: row.left_today for row in found}
    for row in found:
        wanted[row.client_id] = wanted.get(row.client_id, 0) + row.at_most
    return [
        client_id
        for client_id, credits_wanted in wanted.items()
        if (rest := left[client_id]) is not None and rest < credits_wanted
    ]


def _table(found: Sequence[ExpectedCredits]) -> str:
    lines = ["| client | provider | at most | last scan | left today |", "|---|---|---|---|---|"]
    for row in sorted(found, key=lambda row: -row.at_most)[:_ROWS_SHOWN]:
        last = "never" if row.last is None else f"{row.last:,}"
        left = "no limit" if row.left_today is None else f"{row.left_today:,}"
        lines.append(f"| {row.client_id} | {row.provider} | {row.at_most:,} | {last} | {left} |")
    return "\n".join(lines)
