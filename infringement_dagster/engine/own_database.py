"""The database of a Dagster process that nobody gave one, as under `dagster dev`."""

from __future__ import annotations

import atexit
import logging
import os
from contextlib import ExitStack

from resources.postgres.database import DatabaseUrls
from resources.settings import Settings

_log = logging.getLogger("dagster.infringement")


def supply_database() -> str:
    """The URL of Dagster's database; from here on the environment names all of them.

    Where it names none, the embedded server of the state directory is started and held until this
    process ends, so that the processes it starts find it. Raises EmbeddedPostgresError, BadSetting
    and BadDatabaseUrl.
    """
    settings = Settings()
    artifacts = settings.state_dir.resolve() / "dagster"
    os.environ.setdefault("DAGSTER_ARTIFACTS_DIR", str(artifacts))
    if settings.dagster_database_url is not None:
        return settings.dagster_database_url.get_secret_value()
    urls = _urls(settings)
    os.environ.update(urls.variables())
    return urls.dagster


def _urls(settings: Settings) -> DatabaseUrls:
    # Not needed where a deployment names its databases, and half a second there.
    from resources.postgres.server.embedded import embedded_or_external  # noqa: PLC0415
    from resources.postgres.server.upgrade import upgrade  # noqa: PLC0415

    until_the_end = ExitStack()
    urls = until_the_end.enter_context(embedded_or_external(settings))
    atexit.register(until_the_end.close)
    if settings.database_url is None:
        _log.info("DATABASE_URL is not set: the database is that of %s", settings.state_dir)
        upgrade(urls)
    return urls
