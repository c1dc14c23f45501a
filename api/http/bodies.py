"""Reading a request's body: as much as its operation takes, within a time, and parsed in bounds.

The event loop parses small bodies only. A native parser keeps the interpreter to itself until it
is done, so the bounds on a JSON body are what bounds everybody's wait: 1 MiB of the worst shape
takes 35 ms. FastAPI's `max_body_size` is not used: where the length is declared it answers in plain
text, whatever the operation had to say of the caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

from anyio import NamedTemporaryFile
from fastapi import Depends, Request
from pydantic_core import from_json
from starlette._utils import AwaitableOrContextManager
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.types import Message, Receive

from api.http.problems import DISCONNECTED, INVALID, TOO_LARGE, TOO_SLOW, Problem
from infringement_dagster.domain.acting.purchases import PHOTO_BYTES_MAX

_FIRST_SECONDS = 20.0
_BYTES_PER_SECOND_MIN = 50_000
_ON_LOOP_BYTES_MAX = 64 * 2**10  # parsed in 3 ms
_FILES_MAX = 100
# Objects and lists: 350,000 empty ones in 1 MiB take the garbage collector half a second.
_CONTAINERS_MAX = 5000


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """The body that one operation takes."""

    bytes_max: int
    values_max: int = 200  # members and items of a document, fields of a form

    def within(self, bytes_max: int) -> BodyLimit:
        """The same, and never more than `bytes_max`."""
        return replace(self, bytes_max=min(self.bytes_max, bytes_max))

    @property
    def seconds_max(self) -> float:
        """In which the whole body has to come."""
        return _FIRST_SECONDS + self.bytes_max / _BYTES_PER_SECOND_MIN


FORM: Final = BodyLimit(64 * 2**10)
_CONFIG: Final = BodyLimit(2**20, values_max=50_000)
_CONFIG_FORM: Final = BodyLimit(3 * 2**20, values_max=5_000)  # percent-encoded
_PHOTOS: Final = BodyLimit(20_000_000)
# As many as the document of the API says, each at its longest.
_CASES: Final = BodyLimit(64 * 2**10, values_max=1_100)  # 1,000 ids
_SELLERS: Final = BodyLimit(2**20, values_max=3_100)  # 1,000 with provider and key
_NOTICES: Final = BodyLimit(64 * 2**10, values_max=500)  # 150 with their versions
_RULES: Final = BodyLimit(256 * 2**10, values_max=5_000)
_LISTINGS: Final = BodyLimit(64_000_000)  # 250,000 rows of 250 bytes; goes through a file
LARGER: Final = {
    "put_config": _CONFIG,
    "preview_config": _CONFIG,
    "try_rules": _RULES,
    "decide_group": _CASES,
    "split_group": _CASES,
    "split_actor": _SELLERS,
    "submit_notices": _NOTICES,
    "preview_on_page": _CONFIG_FORM,
    "save_on_page": _CONFIG_FORM,
    "check_section_on_page": _CONFIG_FORM,
    "ask_trial_on_page": _CONFIG_FORM,
    "add_reference": _PHOTOS,
    "add_references_on_page": _PHOTOS,
    "add_purchase_photo": _PHOTOS.within(PHOTO_BYTES_MAX),
    "add_purchase_photos_on_page": _PHOTOS,
    "import_listings": _LISTINGS,
    "import_on_page": _LISTINGS,
}


def body_limit(operation: str) -> BodyLimit:
    """The limit of the operation's body."""
    return LARGER.get(operation, FORM)


class BoundedRequest(Request):
    """A request whose body is read as its operation's limit says."""

    def __init__(self, request: Request, limit: BodyLimit) -> None:
        super().__init__(request.scope, _BoundedReceive(request.receive, limit))
        self._limit = limit

    def check_declared(self) -> None:
        """Returns when the body's declared length is one to read; raises Problem."""
        declared = self.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared[:20]) > self._limit.bytes_max:
            raise _too_large(f"{declared[:20]} bytes", self._limit)

    async def json(self) -> Any:
        """The document; raises Problem."""
        body, values_max = await self.body(), self._limit.values_max
        if len(body) <= _ON_LOOP_BYTES_MAX:
            return read_json(body, values_max)
        return await run_in_threadpool(read_json, body, values_max)

    def form(
        self,
        *,
        max_files: float = _FILES_MAX,
        max_fields: float = 1000,
        max_part_size: int = 2**20,
    ) -> AwaitableOrContextManager[FormData]:
        """The form within the operation's limit; raises Problem.

        An encoded form is read by the event loop, 1 MB of `%` in 0.7 s: files come in parts.
        """
        encoded = "multipart/form-data" not in self.headers.get("content-type", "")
        if encoded and self._limit.bytes_max > FORM.bytes_max:
            raise Problem(INVALID, "files are sent as multipart/form-data")
        return super().form(
            max_files=min(max_files, _FILES_MAX),
            max_fields=min(max_fields, self._limit.values_max),
            max_part_size=min(max_part_size, self._limit.bytes_max),
        )


class _BoundedReceive:
    """The request's messages; raises Problem where they exceed the limit."""

    def __init__(self, receive: Receive, limit: BodyLimit) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self._deadline: float | None = None

    async def __call__(self) -> Message:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._limit.seconds_max
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise Problem(
                TOO_SLOW, f"the body did not come within {self._limit.seconds_max:.0f} s"
            ) from None
        if message["type"] == "http.disconnect":
            raise Problem(DISCONNECTED, "the caller hung up before the body had come")
        self._size += len(message.get("body", b""))
        if self._size > self._limit.bytes_max:
            raise _too_large("more bytes", self._limit)
        return message


async def raw_body(request: Request) -> bytes:
    """The whole body, which the route has bounded."""
    return await request.body()


async def file_body(request: Request) -> AsyncIterator[Path]:
    """The body in a file, which is there until the operation has ended."""
    async with NamedTemporaryFile("wb", prefix="infringement-body-") as file:
        async for chunk in request.stream():
            await file.write(chunk)
        await file.flush()
        yield Path(str(file.name))


FileBody = Annotated[Path, Depends(file_body)]
RawBody = Annotated[bytes, Depends(raw_body)]


def _too_large(found: str, limit: BodyLimit) -> Problem:
    return Problem(TOO_LARGE, f"{found}, where {limit.bytes_max} are taken")


def read_json(body: bytes, values_max: int) -> object:
    """The document; raises Problem for what is no JSON or holds too many values."""
    if body.count(b"[") + body.count(b"{") > _CONTAINERS_MAX:
        raise Problem(TOO_LARGE, f"more than {_CONTAINERS_MAX} objects and lists in the document")
    try:
        document: object = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Problem(INVALID, f"the body is no JSON: {error}") from None
    if has_more_values(document, values_max):
        raise Problem(TOO_LARGE, f"more than {values_max} values in the document")
    return document


def has_more_values(document: object, values_max: int) -> bool:
    """Whether the document's members and items are more; looks at no more than that."""
    count, waiting = 0, [document]
    while waiting:
        inside = _inside(waiting.pop())
        count += len(inside)
        if count > values_max:
            return True
        waiting.extend(child for child in inside if isinstance(child, dict | list))
    return False


def _inside(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
