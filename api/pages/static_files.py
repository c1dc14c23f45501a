"""The pages' own files, style sheet, scripts, icon, and those of the viewer of the API's reference.

A name holds the digest of the content, so a file may be kept for ever and a changed one is fetched
at once.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from api.http.operation_route import OperationRoute
from api.http.problems import NO_PATH, Problem
from resources.objects.store import sha256_hex

FOLDER = Path(__file__).parent / "static"
_VIEWER = files("fastapi_swagger") / "resources"  # Swagger UI as its makers publish it
SERVED = (".css", ".js", ".svg")
_KEEP_SECONDS = 365 * 24 * 3600
router = APIRouter(include_in_schema=False, route_class=OperationRoute)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent."""

    name: str  # with the digest
    content: bytes
    media_type: str


def _read(file: Traversable) -> StaticFile:
    content, path = file.read_bytes(), Path(file.name)
    name = f"{path.stem}.{sha256_hex(content)[:12]}{path.suffix}"
    return StaticFile(name, content, mimetypes.types_map[path.suffix])


_FILES = {
    file.name: _read(file)
    for file in chain(FOLDER.iterdir(), _VIEWER.iterdir())
    if file.name.endswith(SERVED)
}
_BY_DIGEST_NAME = {file.name: file for file in _FILES.values()}


def static_url(name: str) -> str:
    """The address of the file in `static/`, as templates name it."""
    return f"/static/{_FILES[name].name}"


@router.get("/static/{name}")
def get_static_file(name: str) -> Response:
    """The file of this name and digest."""
    file = _BY_DIGEST_NAME.get(name)
    if file is None:
        raise Problem(NO_PATH, "no static file has this name and digest")
    keep = f"public, max-age={_KEEP_SECONDS}, immutable"
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": keep})
