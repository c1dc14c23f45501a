"""Time stamps of bundles by RFC 3161: a third party's word on when `SHA256SUMS` was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.evidence.container import Finding
from infringement_dagster.evidence.signature import SUMS

STAMP: Final = "SHA256SUMS.tsr"  # as `openssl ts -verify -in` reads it
AUTHORITY: Final = "time-stamp-authority.pem"
NO_STAMP: Final = "no-time-stamp.txt"
NOT_CONFIGURED: Final = "no time-stamp authority is configured"
_REASON_CHARS_MAX: Final = 300


class BadAuthority(PermanentError):
    """The text holds no certificates in PEM."""


@dataclass(frozen=True, slots=True)
class AuthorityCertificates:
    """The certificates under which an authority's answers are believed."""

    certificates: tuple[Certificate, ...]

    @property
    def pem(self) -> bytes:
        """The certificates as `openssl ts -verify -CAfile` reads them."""
        return b"".join(item.public_bytes(Encoding.PEM) for item in self.certificates)


def read_authority(pem: bytes) -> AuthorityCertificates:
    """The certificates of a PEM text, at least one; raises BadAuthority.

    A bundle is refused, as it is no text: it holds certificates, and would vouch for itself.
    """
    if b"\0" in pem:
        raise BadAuthority("it is no text with certificates in PEM")
    try:
        return AuthorityCertificates(tuple(load_pem_x509_certificates(pem)))
    except ValueError as error:
        raise BadAuthority(f"it holds no certificates in PEM: {error}") from error


@dataclass(frozen=True, slots=True)
class Stamped:
    """The authority says that the bundle's sums were there at that time."""

    at: datetime
    authority: str  # the subject of the certificate that signed
    is_trusted: bool  # the verifier named the authority; else it is only what the bundle says


@dataclass(frozen=True, slots=True)
class Unstamped:
    """No third party says when the bundle was made."""

    reason: str


class UnfitAnswer(PermanentError):
    """The authority's answer is no time stamp of what it was asked about."""


def stamp_request(sums: bytes) -> TimeStampRequest:
    """A question about the sums with a nonce of its own, to be answered with certificates."""
    return TimestampRequestBuilder(data=sums, hash_algorithm=HashAlgorithm.SHA256).build()


def checked_answer(
    answer: bytes, sums: bytes, authority: AuthorityCertificates, asked: TimeStampRequest | None
) -> Stamped:
    """When the authority saw the sums; raises UnfitAnswer.

    With the question at hand its nonce counts, too: an answer to an earlier one is refused.
    """
    try:
        response = decode_timestamp_response(answer)
        _check_status(response)
        verifier = VerifierBuilder(
            roots=list(authority.certificates), nonce=None if asked is None else asked.nonce
        ).build()
        verifier.verify_message(response, sums)
        return Stamped(_time_of(response), _signer_of(response), is_trusted=False)
    except (VerificationError, ValueError, TypeError) as error:
        raise UnfitAnswer(plain_line(str(error))) from error


def _check_status(response: TimeStampResponse) -> None:
    if response.status != PKIStatus.GRANTED:
        said = "; ".join(response.status_string) or "without a reason"
        raise UnfitAnswer(f"it was refused with status {response.status}: {plain_line(said)}")


def _time_of(response: TimeStampResponse) -> datetime:
    return response.tst_info.gen_time.astimezone(UTC)


def _signer_of(response: TimeStampResponse) -> str:
    """The subject of the certificate that signed, which the verifier has found among them."""
    (signer,) = response.signed_data.signer_infos
    held = map(load_der_x509_certificate, response.signed_data.certificates)
    return next(
        item.subject.rfc4514_string()
        for item in held
        if (item.issuer, item.serial_number) == (signer.issuer, signer.serial_number)
    )


def stamp_of(
    files: Mapping[str, bytes], named: Sequence[Certificate]
) -> tuple[Stamped | Unstamped, tuple[Finding, ...]]:
    """When the bundle was stamped, and what is wrong with that; `named` are believed."""
    if STAMP not in files:
        unstamped = Unstamped(_why_unstamped(files))
        problem = f"is missing ({unstamped.reason}), a time stamp by the named authority expected"
        return unstamped, (Finding(STAMP, problem),) if named else ()
    try:
        believed = AuthorityCertificates(tuple(named)) if named else _own_authority(files)
        found = checked_answer(files[STAMP], files[SUMS], believed, None)
    except (BadAuthority, UnfitAnswer) as error:
        return Unstamped("the time stamp does not hold"), (Finding(STAMP, str(error)),)
    return Stamped(found.at, found.authority, is_trusted=bool(named)), ()


def _own_authority(files: Mapping[str, bytes]) -> AuthorityCertificates:
    if AUTHORITY not in files:
        raise BadAuthority(f"stands without {AUTHORITY}")
    return read_authority(files[AUTHORITY])


def _why_unstamped(files: Mapping[str, bytes]) -> str:
    if NO_STAMP not in files:
        return "it is of before bundles were stamped, or the time stamp was taken out"
    return plain_line(files[NO_STAMP].decode(errors="replace"))


def plain_line(text: str) -> str:
    """Other people's words on one line."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:_REASON_CHARS_MAX]
