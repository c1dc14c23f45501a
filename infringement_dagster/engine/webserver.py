"""Dagster's web server behind our door (`ui_guard.py`), with the arguments of `dagster-webserver`.

`INFRINGEMENT_UI_TOKEN` is the token that opens it, `INFRINGEMENT_UI_HOSTS` the names that it
answers to besides those of the loopback address. Without such names it listens on no other address.
"""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import Any

import dagster_webserver.cli as webserver_cli
import uvicorn
from dagster_webserver.app import create_app_from_workspace_process_context
from pydantic import Field, SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.engine.code_server import DagsterChanged
from infringement_dagster.engine.quietness import leave_no_telemetry
from infringement_dagster.engine.ui_guard import LOOPBACK_HOSTS, Door, IsOperator, UiGuard
from resources.identity.credentials import token_hash
from resources.postgres.clients import identity_store
from resources.postgres.database import Database
from resources.postgres.server.embedded import external_urls
from resources.processes.endings import explained_end
from resources.settings import EnvironmentSettings, Settings

# The UI asks several times a second; whoever was shut out is out after so long.
SESSION_TRUSTED_SECONDS = 5.0
_SESSIONS_REMEMBERED_MAX = 1000
_SEAM = "host_dagster_ui_with_workspace_process_context"


class UiIsOpen(PermanentError):
    """The web server would be reachable without anything that keeps strangers out."""


class UiSettings(EnvironmentSettings):
    """Who may use the UI, read from the environment when constructed."""

    token: SecretStr | None = Field(None, alias="INFRINGEMENT_UI_TOKEN")
    hosts: str = Field("", alias="INFRINGEMENT_UI_HOSTS")  # separated by commas

    @property
    def all_hosts(self) -> frozenset[str]:
        """The names that the server answers to."""
        named = {host.strip().lower() for host in self.hosts.split(",")}
        return LOOPBACK_HOSTS | (named - {""})


class OperatorSessions:
    """Whether tokens are live sessions of operators, asked of the database every 5 s."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[float, bool]] = {}

    async def is_operator(self, token: str) -> bool:
        """True when the token is an operator's session."""
        digest, now = token_hash(token), time.monotonic()
        asked_at, answer = self._known.get(digest, (float("-inf"), False))
        if now - asked_at < SESSION_TRUSTED_SECONDS:
            return answer
        answer = await run_in_threadpool(self._look_up, digest)
        if len(self._known) >= _SESSIONS_REMEMBERED_MAX:
            self._known.clear()
        self._known[digest] = (now, answer)
        return answer

    def _look_up(self, digest: bytes) -> bool:
        with self._database.identity() as c:
            holder = identity_store.session_holder(c, digest)
        return holder is not None and holder.role == "operator"


async def _nobody(_: str) -> bool:
    """False: without a database there are no sessions."""
    return False


def guarded(app: ASGIApp, ui: UiSettings, settings: Settings) -> UiGuard:
    """The application behind the door that these settings describe."""
    is_operator: IsOperator = _nobody
    if settings.database_url is not None:
        database = Database(external_urls(settings, settings.database_url))
        is_operator = OperatorSessions(database).is_operator
    token = ui.token.get_secret_value() if ui.token else None
    return UiGuard(app, Door(ui.all_hosts, token, is_operator))


def check_address(host: str, ui: UiSettings) -> None:
    """Returns for a loopback address or where hosts are named; raises UiIsOpen."""
    if _is_loopback(host) or ui.hosts.strip():
        return
    raise UiIsOpen(
        f"Dagster's UI would listen on {host}, which others reach: give --host 127.0.0.1, or set "
        "INFRINGEMENT_UI_HOSTS to the names that it is reached by behind your TLS proxy"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def serve(
    process_context: Any,
    host: str | None,
    port: int | None,
    path_prefix: str,
    log_level: str,
    live_data_poll_rate: int | None = None,
) -> None:
    """Serves the UI behind its door; in the place of Dagster's function that serves it openly."""
    ui, host = UiSettings(), host or webserver_cli.DEFAULT_WEBSERVER_HOST
    check_address(host, ui)
    app = create_app_from_workspace_process_context(
        process_context, path_prefix, live_data_poll_rate
    )
    uvicorn.run(
        guarded(app, ui, Settings()),
        host=host,
        port=port or webserver_cli.DEFAULT_WEBSERVER_PORT,
        log_level=log_level,
        server_header=False,
    )


def main() -> None:
    """Runs `dagster-webserver` with this process's arguments, its application guarded."""
    if not hasattr(webserver_cli, _SEAM):
        raise DagsterChanged(
            f"dagster_webserver.cli has no {_SEAM}: the UI cannot be guarded and does not start; "
            "mend infringement_dagster/engine/webserver.py"
        )
    setattr(webserver_cli, _SEAM, serve)
    leave_no_telemetry()
    with explained_end():
        webserver_cli.cli(auto_envvar_prefix="DAGSTER_WEBSERVER")


if __name__ == "__main__":
    main()
