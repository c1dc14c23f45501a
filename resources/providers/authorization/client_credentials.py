"""Access tokens for client credentials (RFC 6749, 4.4), each kept for all runs of its process.

A token is held in memory alone. Its age is measured by this process's own clock from before it was
asked for, so no difference between our time of day and the vendor's matters. In the place of one
that is refused all the same, a new one is asked for once, however many wait for it.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import httpx
from pydantic import SecretStr

from resources.network.tls import tls_context
from resources.providers.plug_in import Refusal, TokenEndpoint
from resources.providers.reading import Fields, parse_document
from resources.providers.vendor_answers import VendorError, error_of, retry_after_seconds

_MARGIN_SECONDS: Final = 300.0  # before its end: longer than any question with all its tries
_MARGIN_SHARE: Final = 0.1  # of a token that lives shorter
_LIFETIME_MAX_SECONDS: Final = 86_400.0  # a longer promise is not believed
_BEARER: Final = r"[\x21-\x7e]{1,16384}"
_TRY_SECONDS: Final = 10.0
# Who waits for a token that was just refused is told so: one wrong secret is asked about once.
_REFUSED_FOR_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The name and the secret under which a vendor knows this installation."""

    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    good_until: float  # of the clock


@dataclass(frozen=True, slots=True)
class _Refused:
    refusal: Refusal
    until: float


class Tokens:
    """The tokens of one account, for threads and event loops alike; one is asked for at a time."""

    def __init__(
        self,
        base_url: str,
        endpoint: TokenEndpoint,
        credentials: ClientCredentials,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}{endpoint.path}"
        self._endpoint = endpoint
        self._credentials = credentials
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: _Token | _Refused | None = None

    def __repr__(self) -> str:
        return f"Tokens({self._url!r})"

    async def token(self, refused: str | None = None) -> str:
        """A token that is good for some minutes yet, and is not the `refused` one.

        Raises `AccountRefused` for credentials that the vendor does not take, and
        `VendorUnavailable`.
        """
        kept = self._good(refused)
        return kept if kept is not None else await asyncio.to_thread(self._renewed, refused)

    def token_now(self, refused: str | None = None) -> str:
        """The same for a thread that may wait."""
        kept = self._good(refused)
        return kept if kept is not None else self._renewed(refused)

    def _good(self, refused: str | None) -> str | None:
        kept = self._kept
        if isinstance(kept, _Refused) and self._clock() < kept.until:
            raise self._error(kept.refusal)
        if isinstance(kept, _Token) and self._clock() < kept.good_until and kept.text != refused:
            return kept.text
        return None

    def _renewed(self, refused: str | None) -> str:
        with self._lock:
            kept = self._good(refused)  # somebody else may have asked while this one waited
            if kept is not None:
                return kept
            asked_at = self._clock()
            asked = self._asked(asked_at)
            if isinstance(asked, _Token):
                self._kept = asked
                return asked.text
            if asked.reason == "account_refused":
                self._kept = _Refused(asked, self._clock() + _REFUSED_FOR_SECONDS)
            raise self._error(asked)

    def _asked(self, at: float) -> _Token | Refusal:
        known = self._credentials
        try:
            with httpx.Client(verify=tls_context(), trust_env=False, timeout=_TRY_SECONDS) as http:
                answer = http.post(
                    self._url,
                    data={"grant_type": "client_credentials", "scope": self._endpoint.scope},
                    auth=(known.client_id, known.client_secret.get_secret_value()),
                )
        except httpx.TimeoutException:
            return Refusal("timed_out", "no token came in time")
        except httpx.HTTPError as error:
            return Refusal("unreachable", f"no token: {type(error).__name__} at {self._url}")
        return _read(answer, at) if answer.status_code == 200 else self._refusal(answer)

    def _refusal(self, answer: httpx.Response) -> Refusal:
        """The meaning of an answer without a token; what the vendor wrote of it stays out."""
        status, endpoint = answer.status_code, self._endpoint
        if status == 429:
            wait_seconds = retry_after_seconds(answer.headers.get("retry-after"))
            told = "too many tokens were asked for (429)"
            if wait_seconds is None:
                return Refusal("quota_used_up", told)
            return Refusal("too_many_requests", told, wait_seconds)
        if status in (400, 401, 403):
            return Refusal(
                "account_refused",
                f"the vendor does not take this installation's credentials ({status}): correct "
                f"{endpoint.id_setting} and {endpoint.secret_setting} for every process that has "
                "them, and restart these",
            )
        return Refusal("vendor_failed", f"the vendor gave no token ({status})")

    def _error(self, refusal: Refusal) -> VendorError:
        return error_of(self._endpoint.path.strip("/"), refusal)


def _read(answer: httpx.Response, asked_at: float) -> _Token | Refusal:
    try:
        told = Fields(parse_document(answer.content))
    except ValueError:
        told = Fields(None)
    token, lifetime = told.pop("access_token"), told.pop_number("expires_in")
    if not isinstance(token, str) or not re.fullmatch(_BEARER, token):
        return Refusal("unreadable_answer", "the vendor's answer holds no access token")
    seconds = min(float(lifetime or 0), _LIFETIME_MAX_SECONDS)
    return _Token(token, asked_at + seconds - min(_MARGIN_SECONDS, seconds * _MARGIN_SHARE))


_kept: dict[tuple[str, TokenEndpoint, str, str], Tokens] = {}
_KEPT_LOCK = threading.Lock()


def tokens_of(base_url: str, endpoint: TokenEndpoint, credentials: ClientCredentials) -> Tokens:
    """The tokens of this account, the same object for all runs of this process."""
    secret = credentials.client_secret.get_secret_value()
    with _KEPT_LOCK:
        return _kept.setdefault(
            (base_url, endpoint, credentials.client_id, secret),
            Tokens(base_url, endpoint, credentials),
        )


def forget_tokens() -> None:
    """Guarantees that each account's next question asks for a token of its own."""
    with _KEPT_LOCK:
        _kept.clear()
