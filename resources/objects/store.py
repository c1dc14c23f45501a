"""Keeps immutable bytes by key: photos, provider pages, snapshots, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from infringement_dagster.domain.errors import PermanentError, ProblemKind, TransientError
from infringement_dagster.evidence.documents import sha256_hex
from resources.objects.object_lock import ObjectLock

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Backend
    from obstore.store import RetryConfig


__all__ = [
    "BadObjectStoreUrl",
    "ObjectMissing",
    "ObjectStore",
    "ObjectStoreUnavailable",
    "sha256_hex",
]

LOCK_DAYS_MAX = 36500
PUTS_AT_ONCE = 16
PIECE_BYTES = 262_144
RETRY_SECONDS = 30.0  # the store's own retries end before a step's would begin


class ObjectMissing(PermanentError):
    """There is no object with this key."""

    problem = ProblemKind(404, "object-missing", "The bytes are gone", "Ask your operator.")


class ObjectStoreUnavailable(TransientError):
    """The store did not answer or refused; the message holds its own words."""


class BadObjectStoreUrl(PermanentError):
    """`OBJECT_STORE_URL` is neither a directory nor `s3://bucket?endpoint=...`."""


class ObjectStore:
    """Whole objects in one directory or bucket; an object once written never changes."""

    def __init__(self, location: str, *, retry_seconds: float = RETRY_SECONDS) -> None:
        self.location = location
        self._backend = _open_backend(location, retry_seconds)
        self._lock = _open_lock(location)

    def put_once(self, key: str, content: bytes) -> bool:
        """True when the object was written, False when the key already had one."""
        try:
            obstore.put(self._backend, key, content, mode="create")
        except AlreadyExistsError:
            return False
        except (BaseError, OSError) as error:
            raise _unavailable("write", key, error) from error
        return True

    def put_file_once(self, key: str, file: Path | BinaryIO) -> None:
        """Guarantees an object with what the file holds; the first one stays."""
        try:
            # In parts where it is large, which a condition would forbid: asked beforehand.
            if not self.keys(key):
                obstore.put(self._backend, key, file)
        except (BaseError, OSError) as error:
            raise _unavailable("write", key, error) from error

    def put_all_once(self, objects: Mapping[str, bytes]) -> None:
        """Guarantees an object under each key; the first one stays."""
        # One by one, fifty objects wait for an S3 server 1.5 s.
        with ThreadPoolExecutor(PUTS_AT_ONCE) as threads:
            list(threads.map(self.put_once, objects.keys(), objects.values()))

    def get(self, key: str) -> bytes:
        """The bytes of the object; raises `ObjectMissing` or `ObjectStoreUnavailable`."""
        try:
            return bytes(obstore.get(self._backend, key).bytes())
        except FileNotFoundError as error:
            raise ObjectMissing(f"there is no object {key!r} in {self.location}") from error
        except (BaseError, OSError) as error:
            raise _unavailable("read", key, error) from error

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes of the object piece by piece; raises as `get` does, before the first."""
        try:
            stream = obstore.get(self._backend, key).stream(min_chunk_size=PIECE_BYTES)
        except FileNotFoundError as error:
            raise ObjectMissing(f"there is no object {key!r} in {self.location}") from error
        except (BaseError, OSError) as error:
            raise _unavailable("read", key, error) from error
        return map(bytes, stream)

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """At most so many bytes of the object from there on; raises as `get` does."""
        try:
            return bytes(obstore.get_range(self._backend, key, start=start, length=length))
        except FileNotFoundError as error:
            raise ObjectMissing(f"there is no object {key!r} in {self.location}") from error
        except (BaseError, OSError) as error:
            raise _unavailable("read", key, error) from error

    def hold(self, key: str) -> None:
        """Guarantees that the store keeps the object for `lock_days`, where the URL gives them."""
        if self._lock is not None:
            self._lock.hold(key)

    def delete(self, keys: Sequence[str]) -> None:
        """Guarantees that no key has an object: for what is expired, erased or replaced."""
        for key in keys:
            try:
                obstore.delete(self._backend, key)
            except FileNotFoundError:
                continue  # deleted before, by whoever was killed before he could say so
            except (BaseError, OSError) as error:
                raise _unavailable("delete", key, error) from error

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix, sorted."""
        pages = obstore.list(self._backend, prefix=prefix)
        return sorted(entry["path"] for page in pages for entry in page)


def _unavailable(verb: str, key: str, error: Exception) -> ObjectStoreUnavailable:
    first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
    return ObjectStoreUnavailable(
        f"could not {verb} object {key!r}: {first_line}; check OBJECT_STORE_URL and its access"
    )


def _open_backend(location: str, retry_seconds: float) -> Backend:
    url = urlsplit(location)
    if url.scheme == "s3":
        return _open_s3(url.netloc, parse_qs(url.query), retry_seconds)
    if url.scheme not in ("", "file") or not url.path:
        raise BadObjectStoreUrl(
            f"OBJECT_STORE_URL={location!r} is not understood: give a directory or "
            "s3://bucket?endpoint=http://host:port"
        )
    directory = Path(url.path)
    try:
        # Photos and evidence of all clients.
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadObjectStoreUrl(
            f"the object store's directory {directory} cannot be made ({error.strerror}): correct "
            "OBJECT_STORE_URL or INFRINGEMENT_HOME"
        ) from error
    # An empty folder would still tell the name of a client that was erased.
    return LocalStore(directory, automatic_cleanup=True)


def _open_lock(location: str) -> ObjectLock | None:
    url = urlsplit(location)
    options = parse_qs(url.query) if url.scheme == "s3" else {}
    days = options.get("lock_days", [""])[0]
    if not days:
        return None
    if not days.isdecimal() or not 0 < int(days) <= LOCK_DAYS_MAX:
        raise BadObjectStoreUrl(
            f"OBJECT_STORE_URL: lock_days={days!r} must be from 1 to {LOCK_DAYS_MAX}"
        )
    region, endpoint = options.get("region", ["us-east-1"])[0], options.get("endpoint", [None])[0]
    return ObjectLock(url.netloc, region, endpoint, int(days))


def _open_s3(bucket: str, options: dict[str, list[str]], retry_seconds: float) -> S3Store:
    """Credentials come from the usual AWS environment variables or instance role."""
    unknown = options.keys() - {"endpoint", "lock_days", "region"}
    if unknown or not bucket:
        raise BadObjectStoreUrl(
            f"OBJECT_STORE_URL=s3://{bucket} has {', '.join(sorted(unknown)) or 'no bucket'}: give "
            "s3://BUCKET with the options endpoint, lock_days and region only"
        )
    region = options.get("region", ["us-east-1"])[0]
    retries: RetryConfig = {"retry_timeout": timedelta(seconds=retry_seconds)}
    endpoint = options.get("endpoint", [None])[0]
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise BadObjectStoreUrl(
            f"OBJECT_STORE_URL=s3://{bucket} has the endpoint {endpoint!r}: it should be "
            "http://HOST:PORT or https://HOST"
        )
    if endpoint is None:
        return S3Store(bucket, region=region, retry_config=retries)
    return S3Store(
        bucket,
        region=region,
        endpoint=endpoint,
        virtual_hosted_style_request=False,
        client_options={"allow_http": endpoint.startswith("http://")},
        retry_config=retries,
    )
