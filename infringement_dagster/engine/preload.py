"""Imports what every run needs, into the process that run processes are forked from.

What is imported here costs a run nothing instead of a CPU second.
"""

import gc

import cv2  # noqa: F401
import dagster._core.definitions.repository_definition.repository_data_builder
import dagster._core.execution.plan.active
import dagster._core.execution.run_cancellation_thread
import dagster._core.execution.run_metrics_thread
import dagster._core.executor.in_process
import dagster._core.instance.factory
import dagster._core.secrets.env_file
import dagster._core.storage.local_compute_log_manager
import dagster._core.storage.root
import dagster._core.storage.sqlite_storage
import dagster._core.workspace.autodiscovery  # noqa: F401
import sqlalchemy.dialects.postgresql.psycopg2  # noqa: F401
import upath.core
import upath.implementations.local  # noqa: F401

import infringement_dagster.engine.run_coordinator
import infringement_dagster.matching.photos.hashes.hashing
import resources.bindings  # noqa: F401
from infringement_dagster.engine.polars_before_fork import import_before_fork
from infringement_dagster.engine.storage import expect_tables
from infringement_dagster.matching.photos.corners.faiss_library import loaded_faiss
from resources.decoding.worker_process import Forkserver
from resources.network.tls import tls_context

if import_before_fork():
    import infringement_dagster.definitions  # noqa: F401

expect_tables()
loaded_faiss()
tls_context()
Forkserver.start_shared()  # not this process: it holds addresses and secrets, and workers must not
# What lives here lives in each run: its garbage collector need not look through it, 50 ms a time,
# and what is not looked at stays shared memory.
gc.collect()
gc.freeze()
