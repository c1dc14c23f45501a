"""Which stored scores are those that a config would give: they need not be made again."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.calibrated_model import combination_of
from infringement_dagster.scoring.drafts.touched import scoring_part
from infringement_dagster.snapshots.scores import scores_of
from resources.postgres.database import Database


def kept_scores(
    database: Database, client_id: str, config: ClientConfig | None, table: pl.DataFrame | None
) -> dict[str, Score]:
    """By listing id those of the table's scores that the config would give."""
    if config is None or table is None:
        return {}
    with database.client(client_id) as c:
        versions = alike_versions(c, client_id, config, table["config_version"])
    own = pl.col("config_version").is_in(versions) & (pl.col("model") == model_of(config))
    return scores_of(table.filter(own))


def model_of(config: ClientConfig) -> str:
    """The model's name in scores that the config gives."""
    return combination_of(config.calibration).name


def alike_versions(
    c: Connection, client_id: str, config: ClientConfig, versions: Iterable[int]
) -> list[int]:
    """Those of the client's versions that give every listing the score that this config gives."""
    part = scoring_part(config)
    return [
        version
        for version in sorted(set(versions))
        if (found := _readable(c, client_id, version)) is not None and scoring_part(found) == part
    ]


def _readable(c: Connection, client_id: str, version: int) -> ClientConfig | None:
    """The version; None where this program cannot read it any more."""
    try:
        return load_client_config(c, client_id, version)
    except PermanentError:
        return None
