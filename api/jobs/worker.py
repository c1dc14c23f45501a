"""`python -m api.jobs.worker`: does jobs one after the other, told by lines on standard input.

It yields to everything else on the machine, ends with the process that started it, and is ended by
it when a job takes too long. The modules of a kind of job are loaded by the first of its kind: all
together they take 2 CPU seconds and 100 MB, which somebody waits for and every process would keep.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel

from api.jobs.orders import (
    Answer,
    BundleOrder,
    ExportOrder,
    ImportOrder,
    MadeOrder,
    PaidOrder,
    WorkerSettings,
    WorkOrder,
    result_key,
)
from infringement_dagster.domain.errors import InfringementError
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import KEY_POINTS_MEMORY_BYTES, DecodingWorkers
from resources.descriptors.onnx_descriptor import DescriptorAccess
from resources.objects.store import ObjectStore
from resources.postgres.clients.audit import Doer
from resources.postgres.database import Database, DatabaseUrls
from resources.processes import heap

NICENESS = 10
log = logging.getLogger("api.jobs.worker")


def main() -> None:
    """Answers each line with a line, until there are no more."""
    os.nice(NICENESS)
    heap.limit_arenas()
    answers = _only_answers_on_stdout()
    lines = iter(sys.stdin.buffer.readline, b"")
    settings = WorkerSettings.model_validate_json(next(lines))
    workers = DecodingWorkers(workers=1, memory_bytes=KEY_POINTS_MEMORY_BYTES)
    with (
        Database(DatabaseUrls(**settings.database_urls)) as database,
        BlockingDecoder(workers) as decoder,
    ):
        descriptor = DescriptorAccess(settings.copy_descriptor_model)
        objects = ObjectStore(settings.object_store)

        def say(said: BaseModel) -> None:
            answers.write(said.model_dump_json().encode() + b"\n")

        worker = JobWorker(database, objects, decoder, descriptor, say)
        for line in lines:
            say(worker.answer(WorkOrder.model_validate_json(line)))
            heap.give_back_freed()


def _only_answers_on_stdout() -> BinaryIO:
    """The pipe to whoever asks; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


class JobWorker:
    """Does jobs of all clients, one at a time."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        decoder: BlockingDecoder,
        descriptor: DescriptorAccess,
        say: Callable[[BaseModel], None],
    ) -> None:
        """Jobs that take minutes `say` how far they are."""
        self._database = database
        self._objects = objects
        self._decoder = decoder
        self._descriptor = descriptor
        self._say = say

    def answer(self, work: WorkOrder) -> Answer:
        """Where the result is, or why there is none, whatever is raised."""
        try:
            return self._do(work)
        except InfringementError as error:
            return Answer(problem=str(error))
        except Exception as error:
            log.exception("client %s: job %s failed", work.client_id, work.job_id)
            return Answer(problem=f"an unexpected error ({type(error).__name__}); it was logged")

    def _do(self, work: WorkOrder) -> Answer:
        key = result_key(work.client_id, work.job_id)
        if isinstance(work.order, BundleOrder):
            return self._bundled(key, work.client_id, work.order)
        if isinstance(work.order, ExportOrder):
            self._export(key, work.client_id, work.order)
        else:
            self._objects.put_once(key, self._made(work.client_id, work.order))
        return Answer(object_key=key)

    def _made(self, client_id: str, order: MadeOrder) -> bytes:
        database, objects, decoder = self._database, self._objects, self._decoder
        if isinstance(order, ImportOrder):
            return self._imported(client_id, order)
        if isinstance(order, PaidOrder):
            from api.jobs.paid_work import paid  # noqa: PLC0415

            return paid(database, objects, decoder, client_id, order)
        from api.jobs.preview_work import previewed  # noqa: PLC0415

        tools = (database, objects, decoder, self._descriptor)
        return previewed(*tools, client_id, order, self._say)

    def _bundled(self, key: str, client_id: str, order: BundleOrder) -> Answer:
        from api.jobs.bundle_work import write_bundle  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="infringement-bundle-") as directory:
            path = Path(directory) / "bundle"
            stamp = write_bundle(
                path, self._database, self._objects, self._decoder, client_id, order
            )
            self._objects.put_file_once(key, path)
        return Answer(object_key=key, stamp=stamp)

    def _export(self, key: str, client_id: str, order: ExportOrder) -> None:
        from api.jobs.case_files import write_cases  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="infringement-export-") as directory:
            path = Path(directory) / "cases"
            write_cases(path, order.format, self._database, client_id, order.wanted)
            self._objects.put_file_once(key, path)

    def _imported(self, client_id: str, order: ImportOrder) -> bytes:
        from infringement_dagster.collecting.import_listings import (  # noqa: PLC0415
            GivenFile,
            ListingImport,
        )

        by = Doer(order.principal, order.network)
        with tempfile.NamedTemporaryFile(prefix="infringement-import-") as file:
            file.writelines(self._objects.pieces(order.upload_key))
            file.flush()
            given = GivenFile.named(Path(file.name), order.file_name, order.name)
            kept = ListingImport(self._database, self._objects, client_id, given, by).run()
        return kept.import_id.bytes


if __name__ == "__main__":
    main()
