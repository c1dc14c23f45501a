"""The processes that a command needs beside its database: those that run, or its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from infringement_dagster.cli.installation import open_urls
from infringement_dagster.cli.terminal import note, notes
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.local.address import StackAddress, running_address
from infringement_dagster.local.stack import START_SECONDS_MAX, SandboxOptions, running_stack
from infringement_dagster.local.supervision import kept_running
from resources.objects.store import ObjectStore
from resources.postgres.database import DatabaseUrls
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.upgrade import upgrade
from resources.settings import Settings
from resources.signing.installation_key import installation_key


class SandboxIsFixed(PermanentError):
    """The running stack has its own sandbox; another one cannot be put in its place."""


def check_settings(settings: Settings) -> None:
    """Returns when state directory, object store and signing key can be used; else raises.

    Before a stack is started, whose processes would each fail over them in a log.
    """
    settings.made_state_dir()
    ObjectStore(settings.object_store_location)
    if settings.evidence_signing_key is not None:
        installation_key(settings)


@contextmanager
def watched_urls(settings: Settings) -> Iterator[DatabaseUrls]:
    """The URLs of a migrated database; an embedded server that is killed is started again."""
    check_settings(settings)
    if settings.database_url is not None:
        with open_urls(settings) as urls:
            yield urls
        return
    with EmbeddedPostgres(settings.state_dir) as server:
        upgrade(server.urls())
        with kept_running(server, note):
            yield server.urls()


@contextmanager
def open_stack(
    settings: Settings, urls: DatabaseUrls, sandbox: SandboxOptions
) -> Iterator[StackAddress]:
    """The running stack of this installation, or one that lives until the block ends."""
    check_settings(settings)
    running = running_address(settings, START_SECONDS_MAX)
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
