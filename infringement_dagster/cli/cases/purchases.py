"""`infringement cases purchase`: test purchases at a case, by the pages' functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Column, Table
from rich.text import Text

from infringement_dagster.cli.arguments import AsJson, CaseArgument, ClientArgument
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.terminal import out, print_json
from infringement_dagster.domain.acting.purchases import OUTCOMES, Awaited, Order, Purchase
from infringement_dagster.domain.errors import PermanentError
from resources.postgres.clients import client_store
from resources.postgres.clients.audit import COMMAND_LINE
from resources.settings import Settings

# What decodes and freezes is imported where it is used: `cases list`, of the same group, may take
# 1 CPU s in all.
app = typer.Typer(help="Record test purchases, what arrived and what came of it.")
PurchaseArgument = Annotated[UUID, typer.Argument(help="The purchase's id, as `list` shows it.")]


class UnknownOutcome(PermanentError):
    """There is no such outcome."""


class NoAmount(PermanentError):
    """The amount is no number."""


@app.command("list")
def list_purchases(client: ClientArgument, case: CaseArgument, as_json: AsJson = False) -> None:
    """List a case's test purchases, the first one first."""
    from infringement_dagster.flagging.purchases.record import purchases_at  # noqa: PLC0415

    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        found = purchases_at(c, client, case)
    _show(found, as_json)


@app.command("record")
def record(
    client: ClientArgument,
    case: CaseArgument,
    order_number: Annotated[str, typer.Argument(help="As the marketplace gave it.")],
    ordered_on: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="YYYY-MM-DD.")],
    amount: Annotated[str, typer.Argument(help="What was paid in all, such as 19.90.")],
    currency: Annotated[str, typer.Argument(help="Its three letters.")],
    note: Annotated[str, typer.Option(help="What else is to be known of it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Record an order; a case has each order number once."""
    from infringement_dagster.flagging.purchases.record import record_purchase  # noqa: PLC0415

    order = Order(order_number, ordered_on.date(), _amount(amount), currency.upper(), note)
    with open_database(Settings()) as database, database.client(client) as c:
        client_store.get_client(c, client)
        purchase = record_purchase(c, client, case, order, COMMAND_LINE)
    _show([purchase], as_json)


@app.command("photo")
def photo(
    client: ClientArgument,
    case: CaseArgument,
    purchase: PurchaseArgument,
    photos: Annotated[list[Path], typer.Argument(help="JPEG, PNG, WebP or GIF; kept as it is.")],
    as_json: AsJson = False,
) -> None:
    """Add photos of what arrived; the same bytes are added once."""
    from infringement_dagster.cli.named_files import read_bytes  # noqa: PLC0415
    from infringement_dagster.flagging.purchases.arrive import PurchasePhotos  # noqa: PLC0415
    from infringement_dagster.flagging.purchases.record import found_purchase  # noqa: PLC0415
    from resources.decoding.blocking import BlockingDecoder  # noqa: PLC0415
    from resources.objects.store import ObjectStore  # noqa: PLC0415

    settings = Settings()
    with open_database(settings) as database, BlockingDecoder() as decoder:
        objects = ObjectStore(settings.object_store_location)
        taking_in = PurchasePhotos(database, objects, decoder, client, COMMAND_LINE)
        for path in photos:
            taking_in.add(case, purchase, read_bytes(path))
        with database.client(client) as c:
            found = found_purchase(c, client, case, purchase)
    _show([found], as_json)


@app.command("conclude")
def conclude(
    client: ClientArgument,
    case: CaseArgument,
    purchase: PurchaseArgument,
    outcome: Annotated[
        str, typer.Argument(help="counterfeit, genuine, not_as_described or not_delivered.")
    ],
    finding: Annotated[str, typer.Option(help="By what it was seen.")] = "",
    version: Annotated[
        int | None, typer.Option(min=1, help="The purchase's version that you looked at.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what came of it, which freezes it with its photos as evidence, for good."""
    from infringement_dagster.flagging.purchases.conclude import PurchaseConclusion  # noqa: PLC0415
    from infringement_dagster.flagging.purchases.record import found_purchase  # noqa: PLC0415
    from resources.objects.store import ObjectStore  # noqa: PLC0415

    said = next((known for known in OUTCOMES if known == outcome), None)
    if said is None:
        raise UnknownOutcome(f"{outcome!r} is no outcome; use one of {', '.join(OUTCOMES)}")
    settings = Settings()
    with open_database(settings) as database:
        with database.client(client) as c:
            seen = version or found_purchase(c, client, case, purchase).version
        objects = ObjectStore(settings.object_store_location)
        concluding = PurchaseConclusion(database, objects, client, COMMAND_LINE)
        concluded = concluding.conclude(case, purchase, said, finding, seen)
    _show([concluded], as_json)


def _amount(given: str) -> Decimal:
    try:
        return Decimal(given)
    except InvalidOperation:
        raise NoAmount(f"{given!r} is no amount; write it such as 19.90") from None


def _show(purchases: Sequence[Purchase], as_json: bool) -> None:
    if as_json:
        print_json([asdict(purchase) for purchase in purchases])
        return
    table = Table(Column("purchase", min_width=36), "version", "order", "paid", "photos", "outcome")
    for purchase in purchases:
        order, ending = purchase.order, purchase.ending
        table.add_row(
            str(purchase.purchase_id),
            str(purchase.version),
            Text(f"{order.order_number}, {order.ordered_on}"),
            f"{order.amount} {order.currency}",
            str(len(purchase.photos)),
            f"awaited: {ending.reason}" if isinstance(ending, Awaited) else ending.outcome,
        )
    out.print(table)
