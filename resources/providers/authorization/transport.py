"""Adds a key or a token to requests, below everything that logs or reports them."""

from __future__ import annotations

import httpx

from resources.network.tls import tls_context
from resources.providers.authorization.client_credentials import (
    ClientCredentials,
    Tokens,
    tokens_of,
)
from resources.providers.plug_in import Vendor


def vendor_transport(
    vendor: Vendor,
    api_key: str,
    credentials: ClientCredentials | None,
    base_url: str,
    connections: int,
) -> httpx.AsyncBaseTransport:
    """How the vendor's requests travel; tokens are asked for where it wants such."""
    if vendor.tokens is None or credentials is None:
        return _KeyedTransport(vendor, api_key, connections)
    return _BearerTransport(tokens_of(base_url, vendor.tokens, credentials), connections)


class _Transport(httpx.AsyncHTTPTransport):
    def __init__(self, connections: int) -> None:
        limits = httpx.Limits(max_connections=connections)
        super().__init__(verify=tls_context(), trust_env=False, limits=limits)


class _KeyedTransport(_Transport):
    """Adds the key to the address or the headers."""

    def __init__(self, vendor: Vendor, api_key: str, connections: int) -> None:
        super().__init__(connections)
        named = {vendor.key_name: api_key} if api_key else {}
        self._params = named if vendor.key_in == "query" else {}
        self._headers = named if vendor.key_in == "header" else {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_merge_params(self._params)
        return await super().handle_async_request(_with(request, url, self._headers))


class _BearerTransport(_Transport):
    """Adds a token; one that is refused (401) is changed for a new one, once a request."""

    def __init__(self, tokens: Tokens, connections: int) -> None:
        super().__init__(connections)
        self._tokens = tokens

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        token = await self._tokens.token()
        response = await self._sent(request, token)
        if response.status_code != 401:
            return response
        await response.aclose()
        return await self._sent(request, await self._tokens.token(refused=token))

    async def _sent(self, request: httpx.Request, token: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return await super().handle_async_request(_with(request, request.url, headers))


def _with(request: httpx.Request, url: httpx.URL, headers: dict[str, str]) -> httpx.Request:
    return httpx.Request(
        request.method,
        url,
        headers=[*request.headers.multi_items(), *headers.items()],
        stream=request.stream,
        extensions=request.extensions,
    )
