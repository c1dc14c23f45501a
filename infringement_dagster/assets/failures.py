"""Turns our permanent and transient errors into Dagster's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from psycopg.errors import DeadlockDetected, SerializationFailure

from infringement_dagster.domain.errors import PermanentError, TransientError

STEP_RETRIES_MAX = 2
STEP_RETRY_SECONDS = 5.0


@contextmanager
def dagster_failures() -> Iterator[None]:
    """Raises `Failure` for permanent errors, `RetryRequested` for transient ones."""
    try:
        yield
    except (DeadlockDetected, SerializationFailure) as error:
        raise _retry() from error
    except PermanentError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"kind": type(error).__name__},
            allow_retries=False,
        ) from error
    except TransientError as error:
        raise _retry() from error


def _retry() -> dg.RetryRequested:
    return dg.RetryRequested(max_retries=STEP_RETRIES_MAX, seconds_to_wait=STEP_RETRY_SECONDS)
