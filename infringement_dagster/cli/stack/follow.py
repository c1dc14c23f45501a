"""Shows scans while they run, until they end."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from infringement_dagster.cli.terminal import note, notes
from infringement_dagster.domain.errors import TransientError
from infringement_dagster.local.logs import last_error
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.events.records import EventRow
from resources.postgres.scans import scan_store
from resources.postgres.scans.records import RunRow, ScanRow

POLL_SECONDS = 0.3
EVENTS_AT_ONCE = 500
SILENCE_SECONDS = 25.0  # after which, and every so often, a person is told why nothing happens
SILENCE_SECONDS_MAX = 180.0
ENDED = frozenset({"succeeded", "partial", "failed", "cancelled"})


class ScanIsSilent(TransientError):
    """A scan wrote no event for long; the daemon or code server may have stopped."""


def follow_scan(database: Database, scans: Sequence[ScanRow], logs: Path) -> list[ScanRow]:
    """The scans as they ended, after showing their progress; raises `ScanIsSilent`.

    A scan of which nothing is heard is explained: what its runs wait for, and what the logs say.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=notes) as progress:
        followers = [_Follower(database, scan, progress, logs) for scan in scans]
        while not _all_ended(followers):
            time.sleep(POLL_SECONDS)
    return [follower.scan for follower in followers]


def _all_ended(followers: Sequence[_Follower]) -> bool:
    ended = [follower.look() for follower in followers]  # each one looks, so no generator
    return all(ended)


class _Follower:
    """One scan on the screen: a bar for each of its runs."""

    def __init__(self, database: Database, scan: ScanRow, progress: Progress, logs: Path) -> None:
        self.scan = scan
        self._database = database
        self._progress = progress
        self._logs = logs
        self._event_no = 0
        self._changed_at = self._told_at = time.monotonic()
        self._bars: dict[str, TaskID] = {run.provider: self._bar(run) for run in scan.runs}

    def look(self) -> bool:
        """True when the scan has ended; otherwise the bars show its newest events."""
        with self._database.client(self.scan.client_id) as connection:
            events = event_store.events_after(
                connection,
                self.scan.client_id,
                self._event_no,
                EVENTS_AT_ONCE,
                scan_id=self.scan.scan_id,
            )
            self.scan = scan_store.get_scan(connection, self.scan.client_id, self.scan.scan_id)
        for event in events:
            self._show(event.body)
        self._note_silence(events)
        for run in self.scan.runs:
            self._progress.update(self._bars[run.provider], state=run.state)
        return self.scan.state in ENDED

    def _show(self, body: Mapping[str, object]) -> None:
        provider, phase = body.get("provider"), body.get("phase")
        done, total = body.get("done"), body.get("total")
        if isinstance(provider, str) and isinstance(phase, str) and isinstance(done, int):
            self._progress.update(
                self._bars[provider],
                description=self._label(provider, phase),
                completed=done,
                total=total if isinstance(total, int) else None,
            )

    def _note_silence(self, events: Sequence[EventRow]) -> None:
        now = time.monotonic()
        if events:
            self._event_no = events[-1].event_no
            self._changed_at = self._told_at = now
        elif self.scan.state in ENDED:
            return  # it waits for the other scans, and has nothing more to say
        elif now - self._changed_at > SILENCE_SECONDS_MAX:
            raise ScanIsSilent(
                f"scan {self.scan.scan_id} of client {self.scan.client_id!r} wrote nothing for "
                f"{SILENCE_SECONDS_MAX:g} s: {self._why()}"
            )
        elif now - self._told_at > SILENCE_SECONDS:
            self._told_at = now
            note(f"nothing new for {now - self._changed_at:.0f} s: {self._why()}")

    def _why(self) -> str:
        waiting = ", ".join(
            f"{self.scan.client_id} {run.provider} is {run.state}"
            + (f" ({run.wait_reason.replace('_', ' ')})" if run.wait_reason else "")
            for run in self.scan.runs
            if run.state not in ENDED
        )
        return f"{waiting}; {last_error(self._logs)}"

    def _bar(self, run: RunRow) -> TaskID:
        label = self._label(run.provider, "waiting")
        return self._progress.add_task(label, total=None, state=run.state)

    def _label(self, provider: str, phase: str) -> str:
        return f"{self.scan.client_id} {provider} {phase}"
