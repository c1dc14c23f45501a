"""Imports what every run needs, into the process that run processes are forked from.

Belongs here: modules that start no thread when imported; a thread's locks would stay locked in the
forked process. polars starts three, so it and the assets are imported by each run itself (0.3 CPU
seconds); what is imported here costs a run nothing instead of 0.7.
"""

import cv2  # noqa: F401
import dagster._core.execution.run_cancellation_thread
import dagster._core.execution.run_metrics_thread
import dagster._core.storage.local_compute_log_manager
import dagster._core.storage.root  # noqa: F401
import sqlalchemy.dialects.postgresql.psycopg2  # noqa: F401
import upath.core
import upath.implementations.local  # noqa: F401

import infringement_dagster.limited_queue
import infringement_dagster.matching.hashing
import infringement_dagster.matching.scoring
import infringement_dagster.pooled_storage
import infringement_dagster.queue_pass
import infringement_dagster.reference_hashing
import infringement_dagster.snapshot_io
import infringement_dagster.step_report  # noqa: F401
import resources.bindings
import resources.postgres.case_store
import resources.postgres.outcome_store
import resources.postgres.score_store
import resources.providers.details
import resources.rate_limit  # noqa: F401
