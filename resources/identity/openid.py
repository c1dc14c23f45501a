"""Log-in at an OpenID Connect provider: authorisation code with PKCE, then the provider's word.

By OpenID Connect Core 1.0 (3.1), RFC 7636 and RFC 9207. One provider an installation.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
import jwt
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from infringement_dagster.domain.errors import PermanentError, ProblemKind, TransientError

SECONDS_MAX = 10.0
_AT_ONCE = 8  # log-ins of one process that the provider is asked about
_KEPT_SECONDS = 3600.0  # what the provider says of itself, and its keys
_KEYS_AGAIN_SECONDS = 60.0  # a token may name a new key; whoever invents names asks no more often
_CLOCKS_SECONDS = 60.0  # by which the provider's clock may differ
_SIGNED_BY: Final = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
]  # never by a secret that both sides have, nor unsigned
_CLAIMS: Final = ["iss", "sub", "aud", "exp", "iat", "nonce"]
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class ProviderDown(TransientError):
    """The provider did not answer, or not as one does."""

    problem = ProblemKind(503, "provider-down", "The log-in does not answer", "Try again soon.")


class NotVouched(PermanentError):
    """The provider did not vouch for an address, or what came is not its word."""

    problem = ProblemKind(
        401, "not-vouched", "The log-in was not confirmed", "Begin again, or use your password."
    )


@dataclass(frozen=True, slots=True)
class OpenIdAccess:
    """The provider, and how we are known to it."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)  # None: known by PKCE alone
    redirect_url: str  # where the provider sends people back
    name: str  # which people read on the button
    trusts_addresses: bool = False  # every address of the provider counts as verified


@dataclass(frozen=True, slots=True)
class Visit:
    """A person's way to the provider and back; known to the person's browser and nobody else."""

    state: str
    nonce: str
    verifier: str


def new_visit() -> Visit:
    """A visit that nobody can guess."""
    return Visit(*(secrets.token_urlsafe(32) for _ in range(3)))


def is_same(secret: str, given: str) -> bool:
    """Whether that is the secret; how long it takes tells nothing of it."""
    pair = (text.encode("utf-8", "surrogatepass") for text in (secret, given))
    return secrets.compare_digest(*pair)


def is_safe(address: str) -> bool:
    """Whether what is sent there can be read by nobody on the way."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)


class _Known(BaseModel):
    """The part of the provider's own description that is used here."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class OpenIdProvider:
    """Asks one provider; shared by all log-ins of a process."""

    def __init__(self, access: OpenIdAccess) -> None:
        self.access = access
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._known: tuple[float, _Known] | None = None
        self._keys: tuple[float, jwt.PyJWKSet] | None = None

    async def address_for(self, visit: Visit) -> str:
        """Where the person's browser goes; raises ProviderDown."""
        async with self._asking() as http:
            known = await self._known_of(http)
        digest = hashlib.sha256(visit.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.access.client_id,
            "redirect_uri": self.access.redirect_url,
            "scope": "openid email",
            "state": visit.state,
            "nonce": visit.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joined = "&" if "?" in known.authorization_endpoint else "?"
        return f"{known.authorization_endpoint}{joined}{urlencode(asked)}"

    async def vouched_address(self, visit: Visit, code: str) -> str:
        """The e-mail address that the provider vouches for; raises NotVouched and ProviderDown."""
        async with self._asking() as http:
            known = await self._known_of(http)
            token = await self._token(http, known, visit, code)
            claims = await self._claims(http, known, token)
        if not is_same(visit.nonce, str(claims["nonce"])):
            raise NotVouched("the provider's word is about another log-in")
        return self._address(claims)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[httpx.AsyncClient]:
        async with self._turns, httpx.AsyncClient(timeout=SECONDS_MAX) as http:
            yield http

    async def _known_of(self, http: httpx.AsyncClient) -> _Known:
        if self._known is not None and time.monotonic() < self._known[0] + _KEPT_SECONDS:
            return self._known[1]
        address = f"{self.access.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            known = _Known.model_validate(_document(await _got(http.get(address))))
        except ValidationError as error:
            raise ProviderDown(
                f"{address} says too little: {error.errors()[0]['loc']} is missing"
            ) from None
        if known.issuer.rstrip("/") != self.access.issuer.rstrip("/"):
            raise ProviderDown(f"{address} describes {known.issuer}; correct OIDC_ISSUER")
        for other in (known.authorization_endpoint, known.token_endpoint, known.jwks_uri):
            if not is_safe(other):
                raise ProviderDown(f"{address} names {other}, which is not https")
        self._known = time.monotonic(), known
        return known

    async def _token(self, http: httpx.AsyncClient, known: _Known, visit: Visit, code: str) -> str:
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.access.redirect_url,
            "code_verifier": visit.verifier,
            "client_id": self.access.client_id,
        }
        headers: dict[str, str] = {}
        secret = self.access.client_secret
        if secret and "client_secret_basic" in known.token_endpoint_auth_methods_supported:
            # RFC 6749, 2.3.1: both are encoded as forms encode them, before they are joined.
            pair = f"{quote(self.access.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif secret:
            given["client_secret"] = secret
        answer = await _got(http.post(known.token_endpoint, data=given, headers=headers))
        token = _document(answer).get("id_token")
        if not isinstance(token, str):
            raise NotVouched("the provider took the code and sent no ID token")
        return token

    async def _claims(
        self, http: httpx.AsyncClient, known: _Known, token: str
    ) -> Mapping[str, Any]:
        key = await self._key_of(http, known, token)
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=_SIGNED_BY,
                audience=self.access.client_id,
                issuer=known.issuer,
                leeway=_CLOCKS_SECONDS,
                options={"require": _CLAIMS},
            )
        except jwt.PyJWTError as error:
            raise NotVouched(f"the provider's word cannot be believed: {error}") from error
        audience = claims["aud"]
        is_for_others = isinstance(audience, list) and len(audience) > 1
        if is_for_others and claims.get("azp") != self.access.client_id:
            raise NotVouched("the provider's word is for somebody else, too")
        return claims

    async def _key_of(self, http: httpx.AsyncClient, known: _Known, token: str) -> jwt.PyJWK:
        try:
            wanted = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise NotVouched(f"the provider's word cannot be read: {error}") from error
        for newest_seconds in (_KEPT_SECONDS, _KEYS_AGAIN_SECONDS):
            keys = (await self._keys_of(http, known, newest_seconds)).keys
            fitting = [key for key in keys if wanted in (None, key.key_id)]
            if fitting and (wanted is not None or len(fitting) == 1):
                return fitting[0]
        raise NotVouched("the provider's word is signed with a key that it does not publish")

    async def _keys_of(
        self, http: httpx.AsyncClient, known: _Known, newest_seconds: float
    ) -> jwt.PyJWKSet:
        if self._keys is not None and time.monotonic() < self._keys[0] + newest_seconds:
            return self._keys[1]
        document = _document(await _got(http.get(known.jwks_uri)))
        try:
            keys = jwt.PyJWKSet.from_dict(document)
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise ProviderDown(f"{known.jwks_uri} holds no keys: {error}") from error
        self._keys = time.monotonic(), keys
        return keys

    def _address(self, claims: Mapping[str, Any]) -> str:
        address, verified = claims.get("email"), claims.get("email_verified")
        if not isinstance(address, str) or not address or not address.isprintable():
            raise NotVouched("the provider named no e-mail address; allow it the scope `email`")
        if verified not in (True, "true") and not self.access.trusts_addresses:
            raise NotVouched(f"the provider has not verified that {address} is yours")
        return address


async def _got(asking: Awaitable[httpx.Response]) -> httpx.Response:
    try:
        async with asyncio.timeout(SECONDS_MAX):
            answer = await asking
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise ProviderDown(f"the log-in's provider did not answer: {error!r}") from error
    if answer.status_code >= 500:
        raise ProviderDown(f"{answer.url.host} answered {answer.status_code}")
    if answer.status_code != 200:
        raise NotVouched(f"the provider refused: {_refusal(answer)}")
    return answer


_DOCUMENT = TypeAdapter(dict[str, Any])


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        return _DOCUMENT.validate_json(answer.content)
    except ValidationError as error:
        raise ProviderDown(f"{answer.url.host} answered with something else than JSON") from error


def _refusal(answer: httpx.Response) -> str:
    try:
        said = _DOCUMENT.validate_json(answer.content)
    except ValidationError:
        return str(answer.status_code)
    return str(said.get("error_description") or said.get("error") or answer.status_code)[:200]
