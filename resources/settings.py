"""Environment settings of every process of the product."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import UUID

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from infringement_dagster.domain.errors import PermanentError

# Where our packages are: a checkout, or the site-packages of a wheel.
PROJECT_DIR = Path(__file__).resolve().parent.parent
_OF_WHEEL = PROJECT_DIR / "infringement_dagster" / "shipped"
IS_CHECKOUT = not _OF_WHEEL.is_dir()
# Where `dagster.yaml`, `workspace.yaml`, `deploy/celery` and `docs/configs` are.
SHIPPED_DIR = PROJECT_DIR if IS_CHECKOUT else _OF_WHEEL
_VALUE_CHARS_MAX = 60


class BadSetting(PermanentError):
    """A variable of the environment holds what it cannot hold; the message names it."""


def _postgres_url(given: SecretStr) -> SecretStr:
    if not given.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("it should be postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return given


def _http_url(given: str) -> str:
    if not given.startswith(("http://", "https://")):
        raise ValueError("it should begin with http:// or https://")
    return given


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres_url)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]


class EnvironmentSettings(BaseSettings):
    """Settings read from the environment when constructed; raises BadSetting."""

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, populate_by_name=True, extra="ignore"
    )

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise BadSetting("; ".join(map(self._told, error.errors()))) from None
        except SettingsError as error:
            raise BadSetting(self._told_of_json(error)) from None

    @classmethod
    def _told_of_json(cls, error: SettingsError) -> str:
        names = (field.alias for name, field in cls.model_fields.items() if name in str(error))
        return f'{next(names, error)} cannot be read: give it as JSON, such as ["host:port"]'

    @classmethod
    def _told(cls, fault: Any) -> str:
        name = str(fault["loc"][0])
        field = next(field for field in cls.model_fields.values() if field.alias == name)
        is_secret = SecretStr.__name__ in str(field.annotation)
        shown = "" if is_secret else f"={str(fault['input'])[:_VALUE_CHARS_MAX]}"
        reason = (
            str(fault["msg"]).removeprefix("Value error, ").replace("Input should", "it should")
        )
        return f"{name}{shown} cannot be used: {reason}; correct the variable or unset it"


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The addresses of the API's pages, for faces that link to them; None where none is named."""

    base_url: str | None

    def scan(self, client_id: str, scan_id: UUID) -> str | None:
        """Where a scan is shown."""
        return self._below(f"clients/{client_id}/scans/{scan_id}")

    def case(self, client_id: str, case_id: str) -> str | None:
        """Where a case is shown and decided."""
        return self._below(f"clients/{client_id}/cases/{case_id}")

    def queue(self, client_id: str) -> str | None:
        """Where the client's open cases are reviewed."""
        return self._below(f"clients/{client_id}/cases")

    def scans(self, client_id: str) -> str | None:
        """Where the client's scans are shown."""
        return self._below(f"clients/{client_id}/scans")

    def group(self, client_id: str, group_id: str) -> str | None:
        """Where a group of cases is shown and decided."""
        return self._below(f"clients/{client_id}/groups/{group_id}")

    def report(self, client_id: str, week: str) -> str | None:
        """Where the report of a week is shown."""
        return self._below(f"clients/{client_id}/reports/{week}")

    def alerts(self, client_id: str) -> str | None:
        """Where a person chooses what they are told about the client."""
        return self._below(f"clients/{client_id}/alerts")

    def _below(self, path: str) -> str | None:
        return None if self.base_url is None else f"{self.base_url.rstrip('/')}/{path}"


def _default_state_dir() -> Path:
    return PROJECT_DIR / ".infringement" if IS_CHECKOUT else user_data_path("infringement-dagster")


class Settings(EnvironmentSettings):
    """The settings of every process."""

    # As people type them: in a checkout nothing of ours is on their PATH.
    COMMAND: ClassVar[str] = ".venv/bin/infringement" if IS_CHECKOUT else "infringement"
    UP_COMMAND: ClassVar[str] = "make up" if IS_CHECKOUT else "infringement up"

    state_dir: Path = Field(default_factory=_default_state_dir, alias="INFRINGEMENT_HOME")
    database_url: PostgresUrl | None = Field(None, alias="DATABASE_URL")
    database_app_url: PostgresUrl | None = Field(None, alias="DATABASE_APP_URL")
    database_admission_url: PostgresUrl | None = Field(None, alias="DATABASE_ADMISSION_URL")
    database_identity_url: PostgresUrl | None = Field(None, alias="DATABASE_IDENTITY_URL")
    database_housekeeping_url: PostgresUrl | None = Field(None, alias="DATABASE_HOUSEKEEPING_URL")
    dagster_database_url: PostgresUrl | None = Field(None, alias="DAGSTER_DATABASE_URL")
    object_store_url: str | None = Field(None, alias="OBJECT_STORE_URL")
    scraperapi_key: SecretStr | None = Field(None, alias="SCRAPERAPI_KEY")
    scraperapi_url: HttpUrl = Field("https://api.scraperapi.com", alias="SCRAPERAPI_URL")
    vendor_concurrency: int = Field(5, alias="VENDOR_CONCURRENCY", ge=1, le=100)
    sandbox_url: HttpUrl | None = Field(None, alias="INFRINGEMENT_SANDBOX_URL")
    # An ONNX file that names references beside corner points; it needs the extra `descriptor`.
    copy_descriptor_model: Path | None = Field(None, alias="COPY_DESCRIPTOR_MODEL")
    # Where people open the API's pages, for links to them in Dagster's UI.
    pages_url: HttpUrl | None = Field(None, alias="INFRINGEMENT_PAGES_URL")
    # "host:port" pairs that web-hooks may reach although they are not public; for development.
    webhook_private_hosts: tuple[str, ...] = Field((), alias="INFRINGEMENT_WEBHOOK_PRIVATE_HOSTS")
    # The keyset with which notices go to eBay's VeRO API, and for which clients it may speak: their
    # ids as JSON, or ["*"] where the account reports for the rights holders of all.
    ebay_vero_client_id: str | None = Field(None, alias="EBAY_VERO_CLIENT_ID")
    ebay_vero_client_secret: SecretStr | None = Field(None, alias="EBAY_VERO_CLIENT_SECRET")
    ebay_vero_clients: tuple[str, ...] = Field((), alias="EBAY_VERO_CLIENTS")
    ebay_vero_url: HttpUrl = Field("https://api.ebay.com", alias="EBAY_VERO_URL")
    # An Ed25519 private key in PEM; without it one is made and kept in the state directory.
    evidence_signing_key: SecretStr | None = Field(None, alias="EVIDENCE_SIGNING_KEY")
    # Who says when a bundle was made (RFC 3161), and its certificates in PEM.
    evidence_timestamp_url: SecretStr | None = Field(None, alias="EVIDENCE_TIMESTAMP_URL")
    evidence_timestamp_ca: str | None = Field(None, alias="EVIDENCE_TIMESTAMP_CA")
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

    @property
    def log_dir(self) -> Path:
        """Where the processes of a local stack log."""
        return self.state_dir / "logs"

    def made_state_dir(self) -> Path:
        """The state directory, there and writable; raises BadSetting."""
        path = self.state_dir
        try:
            path.mkdir(parents=True, exist_ok=True)
            writable = os.access(path, os.W_OK | os.X_OK)
        except OSError as error:
            raise BadSetting(_unusable_home(path, error.strerror or str(error))) from error
        if not writable:
            raise BadSetting(_unusable_home(path, "this user may not write there"))
        return path


def _unusable_home(path: Path, reason: str) -> str:
    return (
        f"INFRINGEMENT_HOME={path} cannot hold the local state: {reason}; "
        "name a directory that this user may write"
    )
