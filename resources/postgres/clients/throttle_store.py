"""Slows down who asks too often: requests of one credential, failed logins of one address."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from resources.postgres.statements import execute, fetch_count, fetch_one

BLOCK_SECONDS_MAX = 900
NEVER_REFUSED = 2**31 - 1  # failures that are counted only


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests may follow at once, and when the whole quota is there again."""

    remaining: int
    reset_seconds: float
    retry_seconds: float  # 0 when the request was allowed


@dataclass(frozen=True, slots=True)
class _Ahead:
    ahead_seconds: float


def take_allowance(c: Connection, subject: str, quota: int, window_seconds: float) -> Allowance:
    """The rest of the subject's `quota` in `window_seconds` after this request.

    The generic cell rate algorithm: the row holds when the subject would be through with all its
    requests at an even pace. A refused request does not count.
    """
    interval = window_seconds / quota
    taken = fetch_one(
        c,
        _Ahead,
        """
        INSERT INTO request_limits AS known (subject, theoretical_arrival_at)
        VALUES (%(subject)s, clock_timestamp() + %(interval)s * interval '1 second')
        ON CONFLICT (subject) DO UPDATE SET theoretical_arrival_at =
            greatest(known.theoretical_arrival_at, clock_timestamp())
            + %(interval)s * interval '1 second'
        WHERE known.theoretical_arrival_at + %(interval)s * interval '1 second'
            <= clock_timestamp() + %(window)s * interval '1 second'
        RETURNING extract(epoch FROM theoretical_arrival_at - clock_timestamp())::float8
            AS ahead_seconds
        """,
        subject=subject,
        interval=interval,
        window=window_seconds,
    )
    if taken is None:
        return Allowance(0, window_seconds, interval)
    ahead = max(0.0, taken.ahead_seconds)
    return Allowance(int((window_seconds - ahead) / interval), ahead, 0.0)


@dataclass(frozen=True, slots=True)
class _Blocked:
    seconds: float


def blocked_seconds(c: Connection, subject: str) -> float:
    """For how long the subject may not try to log in; 0 when it may."""
    found = fetch_one(
        c,
        _Blocked,
        """
        SELECT extract(epoch FROM blocked_until - now())::float8 AS seconds FROM login_attempts
        WHERE subject = %(subject)s AND blocked_until > now()
        """,
        subject=subject,
    )
    return found.seconds if found else 0.0


def recent_failures(c: Connection, subject: str) -> int:
    """How often the subject failed until now; a quiet hour clears the count."""
    return fetch_count(
        c,
        """
        SELECT failures FROM login_attempts
        WHERE subject = %(subject)s AND failed_at > now() - interval '1 hour'
        """,
        subject=subject,
    )


def note_failed_login(c: Connection, subject: str, free: int) -> None:
    """Guarantees that the failure counts; beyond `free` each doubles the wait, from 1 s on.

    A quiet hour clears the count.
    """
    execute(
        c,
        """
        INSERT INTO login_attempts AS known (subject, failures, blocked_until)
        VALUES (%(subject)s, 1, now())
        ON CONFLICT (subject) DO UPDATE SET
            failures = CASE WHEN known.failed_at < now() - interval '1 hour' THEN 1
                ELSE known.failures + 1 END,
            failed_at = now(),
            blocked_until = CASE
                WHEN known.failed_at < now() - interval '1 hour' OR known.failures < %(free)s
                THEN now()
                ELSE now() + least(%(max)s, power(2, least(known.failures, 30) - %(free)s))
                    * interval '1 second' END
        """,
        subject=subject,
        free=free,
        max=BLOCK_SECONDS_MAX,
    )


def forget_failed_logins(c: Connection, subject: str) -> None:
    """Guarantees that the subject starts anew."""
    execute(c, "DELETE FROM login_attempts WHERE subject = %(subject)s", subject=subject)


def forget_failures_of(c: Connection, account: str) -> int:
    """How many counts of the account were cleared: its own and those of networks at it."""
    return execute(
        c,
        """
        DELETE FROM login_attempts
        WHERE subject = %(account)s OR starts_with(subject, %(account)s || ' from ')
        """,
        account=account,
    )
