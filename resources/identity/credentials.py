"""Secrets that prove who somebody is: API keys, passwords, session tokens."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from resources.identity.password_policy import check_password

PREFIX = "inf"
LIVE = "live"  # there are no others: a test installation reads the sandbox
_ALPHABET = string.digits + string.ascii_letters
_ID_CHARS = 16
_SECRET_CHARS = 40  # 238 bits
_CHECKSUM_CHARS = 6  # a CRC-32 in base 62
_KEY = re.compile(
    rf"{PREFIX}_(?P<environment>[a-z]{{1,16}})_(?P<key_id>[A-Za-z0-9]{{{_ID_CHARS}}})"
    rf"_(?P<secret>[A-Za-z0-9]{{{_SECRET_CHARS}}})(?P<checksum>[A-Za-z0-9]{{{_CHECKSUM_CHARS}}})",
    re.ASCII,
)
# RFC 9106's second recommendation: 64 MiB, 3 passes; about 60 ms on one core.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
# Compared against where there is no such user, so that the answer takes as long.
_NOBODY = _HASHER.hash(secrets.token_urlsafe())


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its holder has it; whoever reads `text` can act as the holder."""

    environment: str
    key_id: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """The whole key, as it is shown once and sent with each request."""
        body = f"{PREFIX}_{self.environment}_{self.key_id}_{self.secret}"
        return body + _checksum(body)

    @property
    def secret_hash(self) -> bytes:
        """The digest that is stored; SHA-256 is enough for a secret of 238 random bits."""
        return hashlib.sha256(self.secret.encode()).digest()


def new_api_key() -> ApiKey:
    """A fresh random key."""
    return ApiKey(LIVE, _random_text(_ID_CHARS), _random_text(_SECRET_CHARS))


def read_api_key(text: str) -> ApiKey | None:
    """The key that the text holds, or None when it is mistyped or something else."""
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    body = text[:-_CHECKSUM_CHARS]
    if not hmac.compare_digest(_checksum(body), match["checksum"]):
        return None
    return ApiKey(match["environment"], match["key_id"], match["secret"])


def hash_password(password: str, about: Iterable[str] = ()) -> str:
    """The argon2id hash; `about` is what others know of the person. Raises WeakPassword."""
    check_password(password, about)
    return _HASHER.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """True when the password is the hashed one; takes as long where there is no hash."""
    try:
        return _HASHER.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (Argon2Error, InvalidHashError, UnicodeEncodeError):
        return False


def new_token() -> str:
    """A fresh opaque token: of a session, a device or a reset link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """The digest of a token that is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def csrf_token(token: str) -> str:
    """The token that a page sends along with each change; tells nothing of the session's own."""
    return hmac.digest(token.encode("utf-8", "surrogatepass"), b"csrf", "sha256").hex()


def _random_text(chars: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(chars))


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM_CHARS):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
