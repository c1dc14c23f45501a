"""Errors between a program and the API: its refusals, and that nobody answered."""

from __future__ import annotations

from collections.abc import Mapping


class ApiProblem(Exception):
    """The API refused; `kind` is stable, such as "stale-case", and `hint` says what to do."""

    def __init__(
        self,
        status: int,
        document: Mapping[str, object],
        retry_after_seconds: float | None = None,
    ) -> None:
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        self.kind = str(document.get("type", "")).rsplit(":", 1)[-1]
        self.detail = str(document.get("detail", "no detail was given"))
        self.hint = str(document.get("hint", ""))
        self.request_id = str(document.get("request_id", ""))
        errors = document.get("errors")
        self.errors: list[dict[str, str]] = errors if isinstance(errors, list) else []
        super().__init__(f"{status} {self.kind}: {self.detail} {self.hint}".strip())


class Unreachable(Exception):
    """Nobody answered, or no answer of the API came; the message names address and reason."""
