"""`If-Match` of a save: which version its sender has read."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from api.http.problems import INVALID, NO_PRECONDITION, FieldError, Problem

IfMatch = Annotated[
    str | None,
    Header(
        max_length=100,
        description='The ETag that was read; `"0"` for no config. The quotes may be left out.',
        examples=['"3"'],
    ),
]
# `3` alone is no ETag, but nobody who sends it means anything else.
_VERSION = re.compile(r'(?:W/)?"(\d{1,10})"|(\d{1,10})', re.ASCII)


def version_of(if_match: str | None) -> int:
    """The version that the header names; raises Problem where it names none."""
    if if_match is None:
        raise Problem(NO_PRECONDITION, "send If-Match with the ETag of the version you edited")
    named = _VERSION.fullmatch(if_match.strip())
    if named is None:
        message = (
            'name one version as its ETag is written, such as "3" ("0" where there is no config '
            "yet); `*` and lists are not taken: they would save over what you have not read"
        )
        field = FieldError(pointer="/if-match", place="header", message=message)
        raise Problem(INVALID, f"If-Match: {message}", errors=[field])
    return int(named[1] or named[2])


def etag_of(version: int) -> str:
    """The version as an ETag."""
    return f'"{version}"'
