"""A config document checked for a caller: its faults become a problem's `errors`."""

from __future__ import annotations

from collections.abc import Mapping

from api.http.problems import FieldError, Problem
from infringement_dagster.clients.config_checks import ConfigChecks
from infringement_dagster.clients.config_document import BadClientConfig


def check_config(checks: ConfigChecks, document: Mapping[str, object]) -> None:
    """Returns when the config is valid; raises Problem with the first fields that are not."""
    errors = [
        FieldError(pointer=fault.pointer, place="body", message=fault.message)
        for fault in checks.faults_of(document)
    ]
    if errors:
        named = "; ".join(f"{error.pointer or '/'}: {error.message}" for error in errors[:5])
        raise Problem(BadClientConfig.problem, named, errors=errors)
