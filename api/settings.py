"""Environment settings of the API alone; those of every process are in `resources/settings.py`."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from resources.identity.openid import OpenIdAccess, is_safe
from resources.mail.mailer import Mailer, mailer_of
from resources.postgres.events.webhook_store import WebhookKind
from resources.settings import BadSetting, EnvironmentSettings, HttpUrl

OPEN_ID_BACK_PATH = "/log-in/openid/back"

_SECRET_BYTES_MIN = 24  # as Standard Webhooks wants it


def _webhook_secret(given: SecretStr) -> SecretStr:
    kind, _, key = given.get_secret_value().partition("_")
    try:
        is_key = kind == "whsec" and len(base64.b64decode(key, validate=True)) >= _SECRET_BYTES_MIN
    except binascii.Error:
        is_key = False
    if not is_key:
        raise ValueError("it should be whsec_ and at least 24 random bytes in base64")
    return given


WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]


class ApiSettings(EnvironmentSettings):
    """The API's settings, read from the environment when constructed."""

    host: str = Field("127.0.0.1", alias="INFRINGEMENT_API_HOST")
    port: int = Field(8000, alias="INFRINGEMENT_API_PORT", ge=0, le=65535)
    requests_per_minute: int = Field(1200, alias="INFRINGEMENT_API_REQUESTS_PER_MINUTE", ge=1)
    # Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, with commas.
    trusted_proxies: str = Field("", alias="FORWARDED_ALLOW_IPS")
    # Of one client, by all its keys and people, in each process.
    client_requests_per_minute: int = Field(
        3000, alias="INFRINGEMENT_API_CLIENT_REQUESTS_PER_MINUTE", ge=1
    )
    client_open_requests_max: int = Field(
        100, alias="INFRINGEMENT_API_CLIENT_OPEN_REQUESTS_MAX", ge=1
    )
    client_streams_max: int = Field(200, alias="INFRINGEMENT_API_CLIENT_STREAMS_MAX", ge=1)
    session_hours: float = Field(12.0, alias="INFRINGEMENT_API_SESSION_HOURS", gt=0)
    streams_max: int = Field(2000, alias="INFRINGEMENT_API_STREAMS_MAX", ge=1)
    body_bytes_max: int = Field(64_000_000, alias="INFRINGEMENT_API_BODY_BYTES_MAX", ge=1)
    half_open_max: int = Field(500, alias="INFRINGEMENT_API_HALF_OPEN_MAX", ge=1)
    otlp_endpoint: str | None = Field(None, alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    # Where operators open Dagster's UI, which pages of scans then link to.
    ui_url: HttpUrl | None = Field(None, alias="INFRINGEMENT_UI_URL")
    # smtp://, smtps:// or "console:", which writes mails into the log; without it none is sent.
    smtp_url: SecretStr | None = Field(None, alias="SMTP_URL")
    mail_from: str | None = Field(None, alias="MAIL_FROM")
    pages_url: HttpUrl | None = Field(None, alias="INFRINGEMENT_PAGES_URL")
    # An OpenID Connect provider at which people may log in; its name is what the button says.
    oidc_issuer: HttpUrl | None = Field(None, alias="OIDC_ISSUER")
    oidc_client_id: str | None = Field(None, alias="OIDC_CLIENT_ID")
    oidc_client_secret: SecretStr | None = Field(None, alias="OIDC_CLIENT_SECRET")
    oidc_name: str = Field("your company's account", alias="OIDC_NAME", max_length=60)
    # For a provider whose addresses are all its own and that says `email_verified` of none.
    oidc_trusts_addresses: bool = Field(False, alias="OIDC_TRUSTS_ADDRESSES")
    # Where alerts of operators go beside their addresses; the secret signs those to a program.
    alert_webhook_url: SecretStr | None = Field(None, alias="INFRINGEMENT_ALERT_WEBHOOK_URL")
    alert_webhook_kind: WebhookKind = Field("standard", alias="INFRINGEMENT_ALERT_WEBHOOK_KIND")
    alert_webhook_secret: WebhookSecret | None = Field(
        None, alias="INFRINGEMENT_ALERT_WEBHOOK_SECRET"
    )
    # "host:port" pairs that web-hooks may reach although they are not public; for development.
    webhook_private_hosts: tuple[str, ...] = Field((), alias="INFRINGEMENT_WEBHOOK_PRIVATE_HOSTS")

    @property
    def mailer(self) -> Mailer | None:
        """The sender of mails, or None where none are sent; raises BadSetting."""
        url = self.smtp_url.get_secret_value() if self.smtp_url else None
        return mailer_of(url, self.mail_from, self.pages_url)

    @property
    def open_id(self) -> OpenIdAccess | None:
        """The provider at which people may log in, or None; raises BadSetting."""
        if self.oidc_issuer is None:
            return None
        if not is_safe(self.oidc_issuer):
            raise BadSetting(f"OIDC_ISSUER={self.oidc_issuer} should begin with https://")
        if self.oidc_client_id is None or self.pages_url is None:
            raise BadSetting("OIDC_ISSUER needs OIDC_CLIENT_ID and INFRINGEMENT_PAGES_URL")
        secret = self.oidc_client_secret
        return OpenIdAccess(
            self.oidc_issuer,
            self.oidc_client_id,
            secret.get_secret_value() if secret else None,
            f"{self.pages_url.rstrip('/')}{OPEN_ID_BACK_PATH}",
            self.oidc_name,
            self.oidc_trusts_addresses,
        )
