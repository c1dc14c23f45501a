"""The installation that a command works on: its database, object store and Dagster processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from infringement_dagster.cli.terminal import note, notes
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.local.address import StackAddress, running_address
from infringement_dagster.local.stack import SandboxOptions, running_stack
from infringement_dagster.local.supervision import kept_running
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.embedded import EmbeddedPostgres, embedded_or_external
from resources.postgres.server.upgrade import upgrade
from resources.settings import Settings


class SandboxIsFixed(PermanentError):
    """The running stack has its own sandbox; another one cannot be put in its place."""


@contextmanager
def open_urls(settings: Settings) -> Iterator[DatabaseUrls]:
    """The URLs of a migrated database, on the embedded server unless `DATABASE_URL` is set."""
    with embedded_or_external(settings) as urls:
        upgrade(urls)
        yield urls


@contextmanager
def watched_urls(settings: Settings) -> Iterator[DatabaseUrls]:
    """The same, for as long as it takes: an embedded server that is killed is started again."""
    if settings.database_url is not None:
        with open_urls(settings) as urls:
            yield urls
        return
    with EmbeddedPostgres(settings.state_dir) as server:
        upgrade(server.urls())
        with kept_running(server, note):
            yield server.urls()


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The migrated database."""
    with open_urls(settings) as urls, Database(urls) as database:
        yield database


def open_objects(settings: Settings) -> ObjectStore:
    """The object store."""
    return ObjectStore(settings.object_store_location)


@contextmanager
def open_stack(
    settings: Settings, urls: DatabaseUrls, sandbox: SandboxOptions
) -> Iterator[StackAddress]:
    """The running stack of this installation, or one that lives until the block ends."""
    running = running_address(settings)
    if running is not None:
        if sandbox != SandboxOptions():
            raise SandboxIsFixed(
                "the running stack has its own sandbox: stop it and give "
                "--captures and --photos to `infringement up`, or scan without it running"
            )
        yield running
        return
    with ExitStack() as until_the_end:
        with notes.status("starting") as status:
            address = until_the_end.enter_context(
                running_stack(
                    settings, urls, sandbox=sandbox, webserver_port=None, report=status.update
                )
            )
        yield address


def say_source(settings: Settings, address: StackAddress) -> None:
    """Says where listings come from, so that nobody takes the sandbox for a marketplace."""
    if settings.uses_sandbox:
        note(
            f"SCRAPERAPI_KEY is not set: listings come from the sandbox at {address.sandbox_url}, "
            "not from a marketplace"
        )
    else:
        note(f"listings come from {settings.scraperapi_url}; scans cost credits")
