"""The authority that stamps bundles with the time (RFC 3161), asked over HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

import httpx

from infringement_dagster.domain.errors import TransientError
from infringement_dagster.evidence.time_stamp import (
    NOT_CONFIGURED,
    AuthorityCertificates,
    BadAuthority,
    UnfitAnswer,
    checked_answer,
    read_authority,
    stamp_request,
)
from resources.network.httpx_transport import GuardedTransport
from resources.network.tls import tls_context
from resources.settings import Settings

ANSWER_SECONDS_MAX: Final = 10.0
ANSWER_BYTES_MAX: Final = 65_536  # those of public authorities have 2 to 7 kB
_PORTS: Final = {"http": 80, "https": 443}
_HEADERS: Final = {
    "content-type": "application/timestamp-query",
    "accept": "application/timestamp-reply",
    "accept-encoding": "identity",
}


class TimeStampMissed(TransientError):
    """The authority gave no time stamp of what it was asked about."""


@dataclass(frozen=True, slots=True)
class NoAuthority:
    """Nobody is asked for time stamps."""

    reason: str = NOT_CONFIGURED


@dataclass(frozen=True, slots=True)
class TimeStampAuthority:
    """Where time stamps come from, and the certificates under which they are believed."""

    url: httpx.URL = field(repr=False)  # it may hold a password
    certificates: AuthorityCertificates
    seconds_max: float = ANSWER_SECONDS_MAX

    def stamp(self, sums: bytes) -> bytes:
        """The authority's answer, checked against the question; raises TimeStampMissed.

        Waits at most `seconds_max`; for threads without an event loop.
        """
        return asyncio.run(self._stamp(sums))

    async def _stamp(self, sums: bytes) -> bytes:
        asked = stamp_request(sums)
        try:
            async with asyncio.timeout(self.seconds_max):
                answer = await self._answer(asked.as_bytes())
            checked_answer(answer, sums, self.certificates, asked)
        except TimeoutError as error:
            raise self._missed(f"did not answer within {self.seconds_max:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = str(error) or type(error).__name__
            raise self._missed(f"did not answer: {said}") from error
        except UnfitAnswer as error:
            raise self._missed(f"answered with no time stamp of this bundle: {error}") from error
        return answer

    async def _answer(self, question: bytes) -> bytes:
        """The content of the answer; only the address that the operator named is asked."""
        transport = GuardedTransport([self._place], tls=tls_context())
        async with (
            httpx.AsyncClient(transport=transport, trust_env=False) as http,
            http.stream("POST", self.url, content=question, headers=_HEADERS) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise self._missed(f"answered with HTTP status {answer.status_code}")
            content = bytearray()
            async for piece in answer.aiter_raw():
                content += piece
                if len(content) > ANSWER_BYTES_MAX:
                    raise self._missed(f"answered with more than {ANSWER_BYTES_MAX} bytes")
            return bytes(content)

    @property
    def _place(self) -> str:
        return f"{self.url.host}:{self.url.port or _PORTS[self.url.scheme]}"

    def _missed(self, what: str) -> TimeStampMissed:
        return TimeStampMissed(f"the time-stamp authority {self.url.host} {what}")


def time_stamp_authority(settings: Settings) -> TimeStampAuthority | NoAuthority:
    """The authority of `EVIDENCE_TIMESTAMP_URL`, or why there is none.

    A setting that cannot be used is a reason, too: bundles are made all the same.
    """
    given, pem = settings.evidence_timestamp_url, settings.evidence_timestamp_ca
    if given is None:
        return NoAuthority()
    if pem is None:
        return NoAuthority(
            "EVIDENCE_TIMESTAMP_URL is set and EVIDENCE_TIMESTAMP_CA is not: give it "
            "the certificates of the authority, in PEM"
        )
    try:
        return TimeStampAuthority(_address(given.get_secret_value()), read_authority(pem.encode()))
    except BadAuthority as error:
        return NoAuthority(f"EVIDENCE_TIMESTAMP_CA cannot be used: {error}")
    except (httpx.InvalidURL, ValueError) as error:
        return NoAuthority(f"EVIDENCE_TIMESTAMP_URL cannot be used: {error}")


def _address(given: str) -> httpx.URL:
    url = httpx.URL(given)
    if url.scheme not in _PORTS or not url.host:
        raise ValueError("it should be http://HOST/PATH or https://HOST/PATH")
    return url
