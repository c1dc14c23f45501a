"""Environment settings of every process of the product."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings of this process, read from the environment when constructed."""

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, populate_by_name=True, extra="ignore"
    )

    state_dir: Path = Field(PROJECT_DIR / ".infringement", alias="INFRINGEMENT_HOME")
    database_url: SecretStr | None = Field(None, alias="DATABASE_URL")
    database_app_url: SecretStr | None = Field(None, alias="DATABASE_APP_URL")
    database_admission_url: SecretStr | None = Field(None, alias="DATABASE_ADMISSION_URL")
    database_identity_url: SecretStr | None = Field(None, alias="DATABASE_IDENTITY_URL")
    database_housekeeping_url: SecretStr | None = Field(None, alias="DATABASE_HOUSEKEEPING_URL")
    dagster_database_url: SecretStr | None = Field(None, alias="DAGSTER_DATABASE_URL")
    object_store_url: str | None = Field(None, alias="OBJECT_STORE_URL")
    scraperapi_key: SecretStr | None = Field(None, alias="SCRAPERAPI_KEY")
    scraperapi_url: str = Field("https://api.scraperapi.com", alias="SCRAPERAPI_URL")
    vendor_concurrency: int = Field(5, alias="VENDOR_CONCURRENCY", ge=1, le=100)
    sandbox_url: str | None = Field(None, alias="INFRINGEMENT_SANDBOX_URL")
    # An Ed25519 private key in PEM; without it one is made and kept in the state directory.
    evidence_signing_key: SecretStr | None = Field(None, alias="EVIDENCE_SIGNING_KEY")

    warm_runs: bool = Field(True, alias="INFRINGEMENT_WARM_RUNS")
    # So many Celery workers execute runs in place of the code server, each two at a time.
    workers: int = Field(0, ge=0, alias="INFRINGEMENT_WORKERS")

    @property
    def uses_sandbox(self) -> bool:
        """True when listings come from the sandbox because no vendor key is set."""
        return self.scraperapi_key is None

    @property
    def object_store_location(self) -> str:
        """`OBJECT_STORE_URL`, or a directory under the state directory."""
        return self.object_store_url or str(self.state_dir / "objects")
