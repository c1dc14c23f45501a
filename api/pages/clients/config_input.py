"""Reads what the page of a config sends: the fields of its form, or a previewed draft to save."""

from __future__ import annotations

import re
from binascii import a2b_qp
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.backend import Backed
from api.http.bodies import RawBody, body_limit, read_json
from api.http.config_checks import check_config
from api.http.problems import INVALID, Problem
from api.http.schemas import Text
from infringement_dagster.clients.config_checks import CHECKS_AT_ONCE
from infringement_dagster.domain.scan import Over

VERSION_MAX = 2**31 - 1
FIELDS_MAX = 5000
_NO_CODE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def filled_form(content: RawBody) -> dict[str, str]:
    """The fields as sent; which there are depends on the config."""
    if _NO_CODE.search(content):
        raise Problem(INVALID, "a % in the form is not followed by two hexadecimal digits")
    if content.count(b"&") >= FIELDS_MAX:
        raise Problem(INVALID, f"a form holds at most {FIELDS_MAX} fields")
    sent = (field.partition(b"=") for field in content.split(b"&") if field)
    return {_decoded(name): _decoded(value) for name, _, value in sent}


def _decoded(text: bytes) -> str:
    """The text, its codes read as those of a mail: one call, 0.02 s for a million of them.

    urllib cuts such a text into a million pieces, which keeps everybody else waiting for 0.5 s.
    """
    written = text.replace(b"=", b"=3D").replace(b"+", b" ").replace(b"%", b"=")
    return a2b_qp(written).decode("utf-8", "replace")


Filled = Annotated[dict[str, str], Depends(filled_form)]


class SaveForm(BaseModel):
    """A previewed draft and the version that it was made from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=0, le=VERSION_MAX)
    document: str
    comment: Text = ""
    apply: bool = False
    over: Over = "last_scans"


def saved_form(backend: Backed, filled: Filled) -> tuple[SaveForm, dict[str, object]]:
    """The form and its document, valid; read in a thread, because a form's text may be long."""
    try:
        form = SaveForm.model_validate(filled)
    except ValidationError as error:
        raise Problem(INVALID, f"the form is not valid: {error.errors()[0]['msg']}") from None
    document = _read(form.document)
    check_config(backend.config_checks, document)
    return form, document


Saved = Annotated[
    tuple[SaveForm, dict[str, object]], Depends(saved_form, max_concurrency=CHECKS_AT_ONCE)
]


def _read(document: str) -> dict[str, object]:
    read = read_json(document.encode("utf-8", "replace"), body_limit("put_config").values_max)
    if not isinstance(read, dict):
        raise Problem(INVALID, "the draft is no JSON object; preview it again")
    return read
