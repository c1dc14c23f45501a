"""A config document checked for a caller: its faults become a problem's `errors`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Body
from pydantic import GetPydanticSchema

from api.http.problems import FieldError, Problem
from infringement_dagster.clients.config_checks import ConfigChecks
from infringement_dagster.clients.config_document import BadClientConfig, ClientConfigDocument
from infringement_dagster.clients.config_example import EVERY_FIELD, LEAST

# The document is kept as it was sent; what it may hold is told by the model that checks it.
_AS_TOLD = GetPydanticSchema(
    get_pydantic_json_schema=lambda _, told: told(ClientConfigDocument.__pydantic_core_schema__)
)
ConfigBody = Annotated[dict[str, object], _AS_TOLD, Body(examples=[LEAST, EVERY_FIELD])]


def config_errors(checks: ConfigChecks, document: Mapping[str, object]) -> list[FieldError]:
    """The faults of the config, none where it is valid."""
    return [
        FieldError(pointer=fault.pointer, place="body", message=fault.message)
        for fault in checks.faults_of(document)
    ]


def check_config(checks: ConfigChecks, document: Mapping[str, object]) -> None:
    """Returns when the config is valid; raises Problem with the first fields that are not."""
    errors = config_errors(checks, document)
    if errors:
        named = "; ".join(f"{error.pointer or '/'}: {error.message}" for error in errors[:5])
        raise Problem(BadClientConfig.problem, named, errors=errors)
