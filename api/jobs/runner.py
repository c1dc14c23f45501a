"""Does the jobs of all clients in worker processes: few at once, one of a client at a time.

Any number of API processes may run side by side; each takes what it has workers for. A job whose
process dies is done again by whoever sees its lease end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

import psycopg

from api.jobs.orders import SAID, Answer, Progress, WorkerSettings, WorkOrder
from infringement_dagster.domain.errors import PermanentError, TransientError
from infringement_dagster.evidence.stamp_outcome import StampOutcome
from resources.objects.store import ObjectStore
from resources.postgres.clients import job_store
from resources.postgres.clients.job_store import ATTEMPTS_MAX, PAID, JobLine, JobRow
from resources.postgres.database import Database, DatabaseUrls
from resources.processes.heap import GIVES_BACK
from resources.settings import Settings

LOOK_SECONDS = 2.0
EXPIRE_SECONDS = 600.0
WORKERS: Final[Mapping[JobLine, int]] = {"short": 2, "long": 1}  # at work at once
JOB_SECONDS_MAX = 120.0  # in which a job answers, or says how far it is
LONG_JOB_SECONDS_MAX = 3600.0
IDLE_SECONDS_MAX = 60.0  # a worker takes 120 MB
_ANSWER_BYTES_MAX = 65_536
_ASKED_ONCE = (
    "its process ended before the answer was read, which may have been charged; try it again"
)
Result = TypeVar("Result")
Tell: TypeAlias = Callable[[Progress], Awaitable[None]]
log = logging.getLogger("api.jobs.runner")


class WorkerLost(TransientError):
    """The worker ended, or was ended, before it had answered."""


class JobTakenBack(PermanentError):
    """Whoever asked for the job wants it no more."""


def _uncounted(_: StampOutcome) -> None:
    """Nobody counts."""


class JobRunner:
    """Does what is asked for until cancelled."""

    def __init__(
        self,
        urls: DatabaseUrls,
        objects: ObjectStore,
        count_stamp: Callable[[StampOutcome], None] = _uncounted,
    ) -> None:
        """Does jobs over this database and store; told what became of each bundle's time stamp."""
        self._database = Database(urls)  # its own: jobs wait for nobody's connections
        self._objects = objects
        self._count_stamp = count_stamp
        self._settings = WorkerSettings(
            database_urls=asdict(urls),
            object_store=objects.location,
            copy_descriptor_model=Settings().copy_descriptor_model,
        )
        self._threads = ThreadPoolExecutor(sum(WORKERS.values()), thread_name_prefix="jobs")
        self._idle: list[WorkerProcess] = []
        self._doing: dict[asyncio.Task[None], tuple[str, JobLine]] = {}
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_job_near = False
        self._waiters: dict[UUID, threading.Event] = {}

    def tell(self) -> None:
        """Guarantees a look at once, where this process runs jobs; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def make_ready(self) -> None:
        """Guarantees that a worker starts where none runs: whoever asks next does not wait for it.

        From any thread.
        """
        self._is_job_near = True
        self.tell()

    def wait_for(self, client_id: str, job_id: UUID, seconds: float) -> JobRow:
        """The job once it has ended, or as it is after so long; for threads."""
        until = time.monotonic() + seconds
        ended = self._waiters.setdefault(job_id, threading.Event())
        try:
            while True:
                with self._database.client(client_id) as c:
                    job = job_store.get_job(c, client_id, job_id)
                left_seconds = until - time.monotonic()
                if job.ended_at is not None or left_seconds <= 0:
                    return job
                # Another process may do it, which sets no event of ours.
                ended.wait(min(left_seconds, 1.0))
        finally:
            self._waiters.pop(job_id, None)

    async def run(self) -> None:
        """Looks when told and every two seconds; a database that does not answer is waited for."""
        self._loop = asyncio.get_running_loop()
        expire_at = 0.0
        try:
            while True:
                try:
                    for line in WORKERS:
                        await self._begin_due(line)
                    if time.monotonic() >= expire_at:
                        await self._in_thread(self._remove_expired)
                        expire_at = time.monotonic() + EXPIRE_SECONDS
                except (TransientError, psycopg.Error) as error:
                    log.warning("exports and previews wait for the database: %s", error)
                await self._end_idle(IDLE_SECONDS_MAX)
                await self._start_if_near()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
                self._wake.clear()
        finally:
            self._loop = None
            for task in self._doing:
                task.cancel()
            await asyncio.gather(*self._doing, return_exceptions=True)
            await self._end_idle(0.0)

    def close(self) -> None:
        """Guarantees that no connection and no thread stays."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._database.close()

    async def _begin_due(self, line: JobLine) -> None:
        if self._is_full(line):
            return
        for client_id in await self._in_thread(self._clients, line):
            if (client_id, line) in self._doing.values():
                continue
            if self._is_full(line):
                return
            job = await self._in_thread(self._take, client_id, line)
            if job is not None:
                task = asyncio.create_task(self._do(client_id, job))
                self._doing[task] = client_id, line
                task.add_done_callback(self._done)

    def _is_full(self, line: JobLine) -> bool:
        return sum(each == line for _, each in self._doing.values()) >= WORKERS[line]

    async def _start_if_near(self) -> None:
        if self._is_job_near and not self._idle and not self._doing:
            self._idle.append(await WorkerProcess.start(self._settings))
        self._is_job_near = False

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._doing[task]
        self._wake.set()

    def _clients(self, line: JobLine) -> list[str]:
        with self._database.admission() as c:
            return job_store.clients_with_jobs(c, line)

    def _take(self, client_id: str, line: JobLine) -> JobRow | None:
        with self._database.client(client_id) as c:
            job = job_store.take_job(c, client_id, line)
            if job is not None and job.attempts > ATTEMPTS_MAX:
                job_store.give_back(c, client_id, job.job_id)
                return None
        return job

    def _give_back(self, client_id: str, job: JobRow) -> None:
        with self._database.client(client_id) as c:
            job_store.give_back(c, client_id, job.job_id)

    async def _do(self, client_id: str, job: JobRow) -> None:
        try:
            try:
                answer = await self._answer(client_id, job)
            except JobTakenBack:
                log.info("client %s: job %s was taken back", client_id, job.job_id)
            except WorkerLost as error:
                log.warning("client %s: job %s: %s", client_id, job.job_id, error)
                await self._in_thread(self._give_back, client_id, job)
            else:
                await self._in_thread(self._note, client_id, job, answer)
                if answer.stamp is not None:
                    self._count_stamp(answer.stamp)
        except (TransientError, psycopg.Error) as error:
            log.warning("client %s: job %s is done again later: %s", client_id, job.job_id, error)
        except Exception:
            log.exception("client %s: job %s was not done", client_id, job.job_id)
        finally:
            waiter = self._waiters.get(job.job_id)
            if waiter is not None:
                waiter.set()

    async def _answer(self, client_id: str, job: JobRow) -> Answer:
        if job.kind in PAID and job.attempts > 1:
            return Answer(problem=_ASKED_ONCE)
        work = WorkOrder.model_validate(
            {"client_id": client_id, "job_id": job.job_id, "order": job.request}
        )
        worker = self._idle.pop() if self._idle else await WorkerProcess.start(self._settings)

        async def tell(progress: Progress) -> None:
            if not await self._in_thread(self._note_progress, client_id, job, progress):
                raise JobTakenBack(f"client {client_id}: job {job.job_id} has ended")

        try:
            answer = await worker.answer(work, tell)
        except TimeoutError as error:
            await worker.end()
            return Answer(problem=f"{error}; ask for less at once")
        except BaseException:
            await worker.end()
            raise
        self._idle.append(worker)
        return answer

    def _note_progress(self, client_id: str, job: JobRow, progress: Progress) -> bool:
        with self._database.client(client_id) as c:
            return job_store.note_progress(c, client_id, job.job_id, progress.done, progress.found)

    def _note(self, client_id: str, job: JobRow, answer: Answer) -> None:
        with self._database.client(client_id) as c:
            if answer.object_key is not None:
                job_store.note_succeeded(c, client_id, job.job_id, answer.object_key)
            else:
                words = answer.problem or "the worker gave no reason"
                job_store.note_failed(c, client_id, job.job_id, words)

    def _remove_expired(self) -> None:
        with self._database.admission() as c:
            clients = job_store.clients_with_expired_jobs(c)
        for client_id in clients:
            with self._database.client(client_id) as c:
                jobs = job_store.expired_jobs(c, client_id)
            self._objects.delete([key for job in jobs for key in _keys_of(job)])
            with self._database.client(client_id) as c:
                for job in jobs:
                    job_store.delete_job(c, client_id, job.job_id)

    async def _end_idle(self, idle_seconds_max: float) -> None:
        for worker in tuple(self._idle):
            if worker.idle_seconds() > idle_seconds_max:
                self._idle.remove(worker)
                await worker.end()

    async def _in_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*arguments))


def _keys_of(job: JobRow) -> list[str]:
    """The result of the job, and the file that it was given."""
    given = job.request.get("upload_key")
    return [key for key in (job.object_key, given) if isinstance(key, str)]


class WorkerProcess:
    """One process that does jobs; it ends when we let go of its standard input."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._used_at = time.monotonic()

    @classmethod
    async def start(cls, settings: WorkerSettings) -> WorkerProcess:
        """A process that waits for its first job."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "api.jobs.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_ANSWER_BYTES_MAX,
            env={**os.environ, **GIVES_BACK},
        )
        worker = cls(process)
        worker._write(settings.model_dump_json())
        return worker

    async def answer(self, work: WorkOrder, tell: Tell) -> Answer:
        """The result of the job, `tell` awaited each time that it says how far it is.

        Raises WorkerLost, what `tell` raises, and TimeoutError after the longest time.
        """
        until = time.monotonic() + LONG_JOB_SECONDS_MAX
        self._write(work.model_dump_json())
        while time.monotonic() < until:
            line = await self._line()
            self._used_at = time.monotonic()
            if not line:
                raise WorkerLost("the process that did it ended")
            said = SAID.validate_json(line)
            if isinstance(said, Answer):
                return said
            await tell(said)
        raise TimeoutError(f"it took longer than {LONG_JOB_SECONDS_MAX:g} s")

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        try:
            return await asyncio.wait_for(self._process.stdout.readline(), JOB_SECONDS_MAX)
        except TimeoutError:
            raise TimeoutError(f"it took longer than {JOB_SECONDS_MAX:g} s") from None

    def idle_seconds(self) -> float:
        """How long nothing was asked."""
        return time.monotonic() - self._used_at

    async def end(self) -> None:
        """Guarantees that the process has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        with contextlib.suppress(OSError):
            await self._process.communicate()  # waits, and closes the pipes

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
