"""Imports of uploaded files, asked for by routes and pages alike."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from api.access import ClientAccess
from api.backend import Backend
from api.jobs.asking import ask, waited_for
from api.jobs.orders import ImportOrder
from resources.objects.keys import upload_key


def imported(
    backend: Backend,
    access: ClientAccess,
    file: Path | BinaryIO,
    file_name: str,
    name: str | None,
) -> UUID:
    """The id of the import of the uploaded file, once it is made; raises Problem.

    An upload is kept until its job is forgotten, a day later: a worker that dies is followed.
    """
    client_id, doer = access.client_id, access.principal.doer
    key = upload_key(client_id, uuid4())
    backend.objects.put_file_once(key, file)
    order = ImportOrder(
        upload_key=key,
        file_name=file_name,
        name=name,
        principal=doer.principal,
        network=doer.network,
    )
    job_id = ask(backend, access, order)
    made = waited_for(backend, client_id, job_id, f"/v1/clients/{client_id}/imports")
    return UUID(bytes=backend.objects.get(made))
