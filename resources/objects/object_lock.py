"""S3's Object Lock: the store itself refuses to delete or replace an object for a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from infringement_dagster.domain.errors import PermanentError

if TYPE_CHECKING:
    from collections.abc import Callable


class NotLocked(PermanentError):
    """The bucket did not take the lock; the message holds its own words."""


class ObjectLock:
    """The lock of one bucket; credentials come from the usual AWS environment or role."""

    def __init__(self, bucket: str, region: str, endpoint: str | None, days: int) -> None:
        self._bucket, self._region, self._endpoint = bucket, region, endpoint
        self._days = days

    def hold(self, key: str) -> None:
        """Guarantees the lock on the object for the given days from now; raises NotLocked."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as below

        until = datetime.now(UTC) + timedelta(days=self._days)
        retention = {"Mode": "GOVERNANCE", "RetainUntilDate": until}
        try:
            self._put_retention(Bucket=self._bucket, Key=key, Retention=retention)
        except (BotoCoreError, ClientError) as error:
            raise NotLocked(
                f"object {key!r} could not be locked: {error}; make the bucket with Object Lock, "
                "or leave lock_days out of OBJECT_STORE_URL"
            ) from error

    @cached_property
    def _put_retention(self) -> Callable[..., Any]:
        import boto3  # noqa: PLC0415 - half a second of importing that only locked buckets need

        client = boto3.client("s3", region_name=self._region, endpoint_url=self._endpoint)
        put_retention: Callable[..., Any] = client.put_object_retention
        return put_retention
