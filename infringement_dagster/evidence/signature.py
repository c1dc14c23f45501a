"""Ed25519 signatures of bundles: over `SHA256SUMS`, which names every other file of a bundle."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.evidence.container import Finding
from infringement_dagster.evidence.documents import sha256_hex

SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
PUBLIC_KEY: Final = "public-key.pem"
_PEM = re.compile(rb"\s*-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\s*")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class BadKey(PermanentError):
    """The text is no Ed25519 key in PEM."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public part of an installation's key."""

    _key: Ed25519PublicKey

    @property
    def pem(self) -> bytes:
        """The key as `openssl` reads it."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key in DER: `openssl pkey -pubin -outform DER | sha256sum`."""
        return sha256_hex(self._key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's, of exactly these bytes."""
        try:
            self._key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The installation's key; whoever holds it can sign in the installation's name."""

    _key: Ed25519PrivateKey

    def sign(self, content: bytes) -> bytes:
        """The signature, which is the same each time."""
        return self._key.sign(content)

    @property
    def public(self) -> PublicKey:
        """The key that checks what this one has signed."""
        return PublicKey(self._key.public_key())

    @property
    def private_pem(self) -> bytes:
        """The secret itself, to be kept where only the installation reads it."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_signing_key() -> SigningKey:
    """A fresh random key."""
    return SigningKey(Ed25519PrivateKey.generate())


def read_signing_key(pem: bytes) -> SigningKey:
    """The private key of a PEM text; raises BadKey."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"it holds no private key in PEM without a password: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey("it holds a private key that is not Ed25519; make one with `openssl genpkey`")
    return SigningKey(key)


def read_public_key(pem: bytes) -> PublicKey:
    """The public key of a PEM text; raises BadKey.

    A key within something else is refused: a bundle holds one, and would vouch for itself.
    """
    if _PEM.fullmatch(pem) is None:
        raise BadKey("it is no public key in PEM and nothing else")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"it is no public key in PEM: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadKey("it holds a public key that is not Ed25519")
    return PublicKey(key)


def fingerprint_in(text: str) -> str | None:
    """The fingerprint that the text is, or None where it is something else."""
    plain = text.strip().replace(":", "").lower()
    return plain if _FINGERPRINT.fullmatch(plain) else None


@dataclass(frozen=True, slots=True)
class Signed:
    """The bundle's files are those that the key of this fingerprint has signed."""

    fingerprint: str
    is_trusted: bool  # the verifier named this key; else it is only what the bundle says


@dataclass(frozen=True, slots=True)
class Unsigned:
    """The bundle bears no signature, or none that fits it."""


def signature_of(
    files: Mapping[str, bytes], trusted: Collection[str]
) -> tuple[Signed | Unsigned, tuple[Finding, ...]]:
    """Who has signed the bundle, and what is wrong with that; `trusted` are fingerprints."""
    signed = _checked(files)
    if isinstance(signed, Finding):
        return Unsigned(), (signed,)
    return _held_against(signed, trusted)


def _checked(files: Mapping[str, bytes]) -> PublicKey | Unsigned | Finding:
    present = [name for name in (SIGNATURE, PUBLIC_KEY) if name in files]
    if not present:
        return Unsigned()
    if len(present) == 1:
        return Finding(present[0], f"stands without {({SIGNATURE, PUBLIC_KEY} - {*present}).pop()}")
    try:
        key = read_public_key(files[PUBLIC_KEY])
    except BadKey as error:
        return Finding(PUBLIC_KEY, str(error))
    if not key.has_signed(files[SUMS], files[SIGNATURE]):
        return Finding(SIGNATURE, f"is no signature of {SUMS} by the key {key.fingerprint}")
    return key


def _held_against(
    signed: PublicKey | Unsigned, trusted: Collection[str]
) -> tuple[Signed | Unsigned, tuple[Finding, ...]]:
    named = " or ".join(sorted(trusted))
    if isinstance(signed, Unsigned):
        problem = f"is missing: nobody signed the bundle, expected the key {named}"
        return signed, (Finding(SIGNATURE, problem),) if trusted else ()
    found = Signed(signed.fingerprint, signed.fingerprint in trusted)
    if found.is_trusted or not trusted:
        return found, ()
    return found, (Finding(SIGNATURE, f"is by the key {found.fingerprint}, expected {named}"),)


def signed_files(key: SigningKey, sums: bytes) -> Iterator[tuple[str, bytes]]:
    """The last files of a bundle by name; its sums must cover the public key already."""
    yield SUMS, sums
    yield SIGNATURE, key.sign(sums)
