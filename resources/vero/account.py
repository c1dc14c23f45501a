"""Whose account reports go out from, for which clients, or why from none."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from infringement_dagster.domain.errors import PermanentError
from resources.providers.account import SANDBOX
from resources.providers.authorization.client_credentials import ClientCredentials, tokens_of
from resources.providers.ebay_browse.provider import EBAY_BROWSE, TOKENS_AT
from resources.providers.plug_in import TokenEndpoint
from resources.settings import Settings
from resources.vero.vero_api import VeroApi

ALL_CLIENTS: Final = "*"
TOKENS: Final = TokenEndpoint(
    TOKENS_AT,
    "https://api.ebay.com/oauth/api_scope/commerce.vero",
    "EBAY_VERO_CLIENT_ID",
    "EBAY_VERO_CLIENT_SECRET",
)
# Counted apart from the account that searches, as two applications at eBay are.
SANDBOX_HOLDER: Final = "sandbox-vero"
# eBay says nothing of how often it may be asked; people decide on reports, so an hour is soon.
FIRST_POLL_SECONDS: Final = 3600.0
SANDBOX_POLL_SECONDS: Final = 10.0


class NoVeroAccount(PermanentError):
    """Nothing can be submitted; the message says why and what an operator sets."""


@dataclass(frozen=True, slots=True)
class VeroAccount:
    """Where reports go, as whom, and for which clients."""

    base_url: str
    credentials: ClientCredentials = field(repr=False)
    clients: frozenset[str]
    first_poll_seconds: float = FIRST_POLL_SECONDS
    is_sandbox: bool = False

    def api(self) -> VeroApi:
        """The API as this account is let in."""
        return VeroApi(self.base_url, tokens_of(self.base_url, TOKENS, self.credentials))

    def check_speaks_for(self, client_id: str) -> None:
        """Returns when the account may report for the client; raises NoVeroAccount."""
        if not self.clients & {client_id, ALL_CLIENTS}:
            raise NoVeroAccount(
                f"the installation's VeRO account does not speak for client {client_id}: where its "
                "rights holder has agreed, an operator adds it to EBAY_VERO_CLIENTS"
            )


def vero_account(settings: Settings) -> VeroAccount:
    """The account of the installation, or the sandbox where nothing real is read.

    Raises NoVeroAccount.
    """
    client_id, secret = settings.ebay_vero_client_id, settings.ebay_vero_client_secret
    if client_id and secret:
        credentials = ClientCredentials(client_id, secret)
        clients = frozenset(settings.ebay_vero_clients)
        return VeroAccount(settings.ebay_vero_url, credentials, clients)
    if settings.sandbox_url is not None and settings.uses_sandbox and not _reads_ebay():
        credentials = ClientCredentials(SANDBOX_HOLDER, SecretStr(SANDBOX))
        everybody = frozenset({ALL_CLIENTS})
        return VeroAccount(
            settings.sandbox_url, credentials, everybody, SANDBOX_POLL_SECONDS, is_sandbox=True
        )
    raise NoVeroAccount(
        "this installation has no account for eBay's VeRO API: an operator sets "
        "EBAY_VERO_CLIENT_ID, EBAY_VERO_CLIENT_SECRET and EBAY_VERO_CLIENTS for the API"
    )


def _reads_ebay() -> bool:
    """Whether real listings of eBay come in: none of them is reported to a sandbox."""
    tokens = EBAY_BROWSE.tokens
    return tokens is not None and bool(os.environ.get(tokens.id_setting))
