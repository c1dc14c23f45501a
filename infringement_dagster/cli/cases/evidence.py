"""`infringement evidence`: bundles of frozen evidence, and whether they still hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from cryptography.x509 import Certificate

from infringement_dagster.cli.cases.bundle_words import signature_words, stamp_words
from infringement_dagster.cli.cases.named_signers import authority_named, fingerprint_named
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.named_files import read_bytes, written
from infringement_dagster.cli.terminal import note, out
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.flagging.seal_chain import check_chain, check_files, seal_chain
from infringement_dagster.reviewing.bundle_stamps import Stamping
from infringement_dagster.reviewing.bundles import BundleMaker, plan_bundle
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.cases import chain_store
from resources.postgres.clients import client_store
from resources.settings import Settings
from resources.signing.installation_key import installation_key
from resources.signing.time_stamp_authority import time_stamp_authority

app = typer.Typer(help="Export and verify frozen evidence.", no_args_is_help=True)


class NothingToVerify(PermanentError):
    """Neither bundles nor a client were named, or both."""


@app.command("export")
def export(
    client: Annotated[str, typer.Argument(help="The client's id.")],
    case: Annotated[UUID, typer.Argument(help="The case's id.")],
    output: Annotated[
        Path | None, typer.Option(help="File to write; CASE.zip unless told.")
    ] = None,
) -> None:
    """Write the bundle of a case."""
    path = output or Path(f"{case}.zip")
    settings = Settings()
    with open_database(settings) as database:
        with database.client(client) as connection:
            client_store.get_client(connection, client)
            plan = plan_bundle(connection, client, case)
        with written(path) as file, BlockingDecoder() as decoder:
            file.writelines(_maker(settings, decoder).pieces(plan))
    note(f"{path}: {path.stat().st_size} bytes, {len(plan.copies)} frozen files")


def _maker(settings: Settings, decoder: BlockingDecoder) -> BundleMaker:
    return BundleMaker(
        ObjectStore(settings.object_store_location),
        installation_key(settings),
        decoder,
        Stamping(time_stamp_authority(settings)),
    )


@app.command("key")
def key() -> None:
    """Print the public key that this installation signs bundles with."""
    public = installation_key(Settings()).public
    out.print(public.pem.decode(), end="", markup=False, highlight=False)
    note(f"its fingerprint, for `infringement evidence verify --key`: {public.fingerprint}")


@app.command("verify")
def verify(
    bundles: Annotated[
        list[Path] | None, typer.Argument(help="Bundles; nothing else is read.")
    ] = None,
    client: Annotated[str | None, typer.Option(help="This client's whole chain instead.")] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="Fingerprint or PEM file of who must have signed; may be repeated."),
    ] = None,
    authority: Annotated[
        list[Path] | None,
        typer.Option(help="PEM file of who must have stamped it with the time; may be repeated."),
    ] = None,
) -> None:
    """Say what of the evidence no longer is as it was frozen; exit code 1 when anything is."""
    if bool(bundles) == (client is not None):
        raise NothingToVerify("name bundle files, or a client with --client")
    trusted = [fingerprint_named(named_key) for named_key in key or []]
    stamping = [item for path in authority or [] for item in authority_named(path).certificates]
    damages = (
        _verify_client(client)
        if client
        else sum(_verify_file(path, trusted, stamping) for path in bundles or [])
    )
    if damages:
        raise typer.Exit(1)


def _verify_file(path: Path, trusted: Sequence[str], authorities: Sequence[Certificate]) -> int:
    verified = verify_bundle(read_bytes(path), trusted, authorities)
    for finding in verified.findings:
        out.print(f"{path}: DAMAGED {finding}", markup=False, soft_wrap=True)
    if not verified.findings:
        counts = f"{verified.files} files, {verified.manifests} manifests, {verified.links} links"
        said = f"{path}: intact, {counts}; {signature_words(verified.signature)}"
        out.print(f"{said}; {stamp_words(verified.stamp)}", markup=False, soft_wrap=True)
    return len(verified.findings)


def _verify_client(client_id: str) -> int:
    settings = Settings()
    damages = 0
    with open_database(settings) as database:
        objects = ObjectStore(settings.object_store_location)
        with database.client(client_id) as connection:
            client_store.get_client(connection, client_id)
        seal_chain(database, objects, client_id)
        with database.client(client_id) as connection:
            end = chain_store.chain_end(connection, client_id)
        for check in (check_chain, check_files):
            for problem in check(database, objects, client_id):
                out.print(f"DAMAGED {problem}", markup=False, soft_wrap=True)
                damages += 1
    if not damages:
        out.print(
            f"client {client_id!r}: {end.chain_no} links and every file they name are intact; the "
            f"newest link's SHA-256 is {end.sha256}",
            soft_wrap=True,
        )
    return damages
