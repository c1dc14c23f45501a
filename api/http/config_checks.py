"""What is wrong with a config document, field by field, in words that teach."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from pydantic import ValidationError

from api.http.problems import FieldError, Kind, Problem
from infringement_dagster.clients.config_document import (
    BadClientConfig,
    ClientConfigDocument,
    read_client_config,
)
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.matching.signals import SIGNALS

BAD_CONFIG = Kind(
    422, "bad-config", "The config is not valid", "Mend the fields in `errors`; nothing was saved."
)


def checked_config(client_id: str, version: int, document: Mapping[str, object]) -> ClientConfig:
    """The valid config; raises Problem with every field that is not."""
    errors = [*_shape_errors(document), *_weight_errors(document)]
    if errors:
        named = "; ".join(f"{one.pointer or '/'}: {one.message}" for one in errors[:5])
        raise Problem(BAD_CONFIG, named, errors=errors)
    try:
        return read_client_config(client_id, version, document)
    except BadClientConfig as error:
        raise Problem(BAD_CONFIG, str(error)) from None


def _shape_errors(document: Mapping[str, object]) -> list[FieldError]:
    try:
        ClientConfigDocument.model_validate(document)
    except ValidationError as error:
        found = {
            _pointer(item["loc"]): _taught(item["msg"])
            for item in error.errors(include_input=False, include_url=False)
        }
        # A list whose only item is wrong is called too short as well: the item's error says it all.
        return [
            FieldError(pointer=pointer, place="body", message=message)
            for pointer, message in found.items()
            if not any(other.startswith(f"{pointer}/") for other in found)
        ]
    return []


def _weight_errors(document: Mapping[str, object]) -> list[FieldError]:
    """A weight of a signal that does not exist would be ignored in silence."""
    weights = document.get("weights")
    names = [rule.name for rule in SIGNALS]
    unknown = [one for one in weights if one not in names] if isinstance(weights, dict) else []
    return [
        FieldError(pointer=_pointer(("weights", one)), place="body", message=_meant(one, names))
        for one in unknown
    ]


def _meant(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    guess = f"; did you mean {close[0]}?" if close else ""
    return f"there is no signal of this name{guess} (signals: {', '.join(names)})"


def _taught(message: str) -> str:
    hints = {
        "Extra inputs are not permitted": "there is no such field; check its spelling",
        "Field required": "this field is required",
    }
    return hints.get(message, message.removeprefix("Value error, "))


def _pointer(location: tuple[int | str, ...]) -> str:
    parts = [str(part) for part in location if part != "[key]"]
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in parts]
    return "".join(f"/{part}" for part in escaped).encode("utf-8", "replace").decode()
