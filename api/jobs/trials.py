"""Trial searches: asked for, bounded per client, waited for, read again while they are kept."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from api.access import ClientAccess
from api.backend import Backend
from api.jobs.asking import ask, job_of, key_of, waited_for
from api.jobs.orders import TrialOrder
from infringement_dagster.collecting.trial_result import TrialResult
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.clients import job_store

TRIAL_RESULT: Final = TypeAdapter(TrialResult)
TRIALS_A_DAY_MAX = 40  # of one client: each is paid, and none is needed twice


class TooManyTrials(PermanentError):
    """The client tried as many searches within a day as it may."""

    problem = ProblemKind(
        429, "too-many-trials", "Too many trial searches", "Try again tomorrow, or start a scan."
    )


def tried(backend: Backend, access: ClientAccess, order: TrialOrder) -> tuple[UUID, TrialResult]:
    """The trial's id and its result, waited for; raises Problem and TooManyTrials."""
    with backend.database.client(access.client_id) as c:
        number = job_store.count_jobs(c, access.client_id, "trial")
    if number >= TRIALS_A_DAY_MAX:
        raise TooManyTrials(
            f"client {access.client_id} tried {number} searches in the last 24 hours, which is as "
            "many as it may"
        )
    job_id = ask(backend, access, order)
    location = f"/clients/{access.client_id}/trials/{job_id}"
    key = waited_for(backend, access.client_id, job_id, location)
    return job_id, TRIAL_RESULT.validate_json(backend.objects.get(key))


def kept_result(backend: Backend, client_id: str, job_id: UUID) -> TrialResult:
    """The result of an earlier trial; raises UnknownJob and Problem."""
    location = f"/clients/{client_id}/trials/{job_id}"
    key = key_of(job_of(backend, client_id, job_id, "trial"), location)
    return TRIAL_RESULT.validate_json(backend.objects.get(key))
