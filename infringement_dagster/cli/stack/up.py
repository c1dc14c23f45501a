"""`infringement up`: everything of a local installation, running until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from infringement_dagster.cli.stack.own_stack import check_settings, say_source, watched_urls
from infringement_dagster.cli.stack.scans import Captures, Photos
from infringement_dagster.cli.terminal import notes, out
from infringement_dagster.local.address import StackAddress
from infringement_dagster.local.stack import SandboxOptions, check_can_start, running_stack
from resources.settings import Settings

API_DOCS_PATH = "/docs"


def up(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of Dagster's web server.")
    ] = 3000,
    api_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    workers: Annotated[
        int,
        typer.Option(
            min=0,
            envvar="INFRINGEMENT_WORKERS",
            help="Celery workers that execute the runs, two each; 0: the code server does.",
        ),
    ] = 0,
    captures: Captures = None,
    photos: Photos = None,
) -> None:
    """Run the API, Dagster with its web server, and the sandbox, until Ctrl-C."""
    settings = Settings(workers=workers)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    check_settings(settings)
    check_can_start(settings, port, api_port)  # before the database, which takes seconds
    with (
        watched_urls(settings) as urls,
        running_stack(
            settings,
            urls,
            sandbox=SandboxOptions(captures, photos),
            webserver_port=port,
            api_port=api_port,
            report=lambda text: notes.print(text, style="dim"),
        ) as address,
    ):
        _show(settings, address)
        stop.wait()
        notes.print("stopping", style="dim")


def _show(settings: Settings, address: StackAddress) -> None:
    say_source(settings, address)
    pages, command = address.pages_url, settings.COMMAND
    out.print(f"pages         {pages}   a log-in: {command} users create --help", soft_wrap=True)
    out.print(f"API           {pages}/v1   a key: {command} keys create --help", soft_wrap=True)
    out.print(f"API docs      {pages}{API_DOCS_PATH}")
    out.print(f"Dagster UI    {address.ui_url}", soft_wrap=True)
    if address.sandbox_url is not None:
        out.print(f"sandbox       {address.sandbox_url}")
    out.print(f"logs          {settings.log_dir}")
    out.print("Ctrl-C stops everything.")
