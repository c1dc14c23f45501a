"""Which variables of the environment mean something to a process of ours."""

from __future__ import annotations

from api.settings import ApiSettings
from infringement_dagster.engine.webserver import UiSettings
from resources.settings import Settings

OF_OTHERS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "CELERY_BROKER_URL",
    "DAGSTER_ARTIFACTS_DIR",
    "DAGSTER_HOME",
    "DAGSTER_LOGS_BUCKET",
    "EBAY_CLIENT_ID",
    "EBAY_CLIENT_SECRET",
    "INFRINGEMENT_CODE_SERVER_SOCKET",
}


def settings_read() -> set[str]:
    """The variables that our settings read, and those that libraries and `dagster.yaml` do."""
    ours = {
        str(field.alias)
        for kind in (Settings, ApiSettings, UiSettings)
        for field in kind.model_fields.values()
    }
    return ours | OF_OTHERS


def named_in(example: str) -> set[str]:
    """The variables that an example of an environment file names."""
    lines = example.splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
