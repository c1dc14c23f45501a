"""Turns our permanent and transient errors into Dagster's words, and reads what Dagster kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import dagster as dg
import psycopg
import sqlalchemy.exc
from psycopg.errors import DeadlockDetected, SerializationFailure

from infringement_dagster.domain.errors import PermanentError, TransientError

STEP_RETRIES_MAX = 2
STEP_RETRY_SECONDS = 5.0
# By name, as Dagster's event log keeps no classes. A retry that was asked for once more than is
# allowed is in it as `RetryRequested`; the others come from Dagster's own storage, whose errors
# inside a step fail that step, and from statements that the server ended.
_OUTAGES = frozenset(
    error.__name__
    for error in (
        dg.RetryRequested,
        sqlalchemy.exc.OperationalError,
        sqlalchemy.exc.InterfaceError,
        sqlalchemy.exc.DatabaseError,  # itself, not what derives from it: libpq had no message
        psycopg.OperationalError,
        psycopg.errors.AdminShutdown,
        psycopg.errors.CrashShutdown,
        psycopg.errors.CannotConnectNow,
    )
)


@contextmanager
def dagster_failures() -> Iterator[None]:
    """Raises `Failure` for permanent errors, `RetryRequested` for transient ones.

    An interruption of the process comes out as itself, also where a task group has wrapped it:
    Dagster would take the group for an error of the step, and the run for failed, not for ended.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        for interruption in _interruptions(group):
            raise interruption from group
        raise
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


class KeptError(Protocol):
    """An error as Dagster's event log keeps it."""

    @property
    def cls_name(self) -> str | None:
        """The name of its class."""

    @property
    def cause(self) -> KeptError | None:
        """The error that it was raised from."""


def is_outage(error: KeptError | None) -> bool:
    """True when the step failed because database or object store were away, not for what it did."""
    names: set[str | None] = set()
    while error is not None:
        names.add(error.cls_name)
        error = error.cause
    return dg.Failure.__name__ not in names and bool(names & _OUTAGES)


def _interruptions(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _interruptions(error)
        elif not isinstance(error, Exception):
            yield error


def _retry() -> dg.RetryRequested:
    return dg.RetryRequested(max_retries=STEP_RETRIES_MAX, seconds_to_wait=STEP_RETRY_SECONDS)
