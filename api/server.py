"""Runs the API as a process of its own."""

from __future__ import annotations

import argparse
import logging
import resource
import socket
import sys

import uvicorn

from api.app import Api, create_app
from api.backend import Backend
from api.http.observability import JsonLines
from api.http.slow_peers import ServerConfig
from api.settings import ApiSettings
from api.stream.stream import is_not_about_a_cut_off
from resources.objects.store import ObjectStore
from resources.postgres.server.embedded import embedded_or_external
from resources.postgres.server.upgrade import upgrade
from resources.processes.endings import explained_end
from resources.processes.heap import limit_arenas
from resources.settings import Settings

_END_SECONDS_MAX = 5
_FILES = 20_000
_IDLE_SECONDS_MAX = 5  # of a connection between two requests
# A request waits for the interpreter at each of its ten or so answers from the database, each time
# for so long as one busy thread may keep it: with Python's 5 ms, 50 ms beside one neighbour.
SWITCH_SECONDS = 0.0005


class ApiServer(uvicorn.Server):
    """A server that ends its event streams before it waits for requests to end."""

    def __init__(self, app: Api, settings: ApiSettings) -> None:
        config = ServerConfig(
            app,
            half_open_max=settings.half_open_max,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_END_SECONDS_MAX,
            backlog=4096,
            server_header=False,
            # None by default: a header that anybody can send would name the network it likes.
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_keep_alive=_IDLE_SECONDS_MAX,
        )
        super().__init__(config)
        logging.getLogger("uvicorn.error").addFilter(is_not_about_a_cut_off)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, then everything else."""
        backend: Backend = self._app.state.backend
        backend.feed.close()
        await super().shutdown(sockets)


def main() -> None:
    """Serves until it is told to stop; `--port` wins over INFRINGEMENT_API_PORT."""
    parser = argparse.ArgumentParser(prog="python -m api", description="Serve the API.")
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    with explained_end():
        _serve(given.port)


def _serve(port: int | None) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    limit_arenas()
    api_settings = ApiSettings()
    if port is not None:
        api_settings = api_settings.model_copy(update={"port": port})
    log_as_json()
    _allow_open_files()
    settings = Settings()
    with embedded_or_external(settings) as urls:
        if settings.database_url is None:
            upgrade(urls)
        app = create_app(urls, ObjectStore(settings.object_store_location), api_settings)
        ApiServer(app, api_settings).run()


def _allow_open_files() -> None:
    """Often 1,024 at the start: each stream and each half-open connection takes one."""
    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if allowed == resource.RLIM_INFINITY else min(allowed, _FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, allowed))


def log_as_json() -> None:
    """Guarantees one JSON object a line on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
