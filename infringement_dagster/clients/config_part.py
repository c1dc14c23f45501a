"""The base of all parts of a config document, and its texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MEMBERS_MAX = 50  # of an object; the largest part has 15

Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
# The first bad item of a list is told: with all of them, 50,000 bad ones would be 50,000 errors.
Few = Annotated[tuple[Term, ...], Field(max_length=200, fail_fast=True)]
Some = Annotated[tuple[Term, ...], Field(max_length=2000, fail_fast=True)]
Many = Annotated[tuple[Term, ...], Field(max_length=20_000, fail_fast=True)]


def few_members(given: object) -> object:
    """The same; refused as a whole: each unknown one would cost an error of its own."""
    if isinstance(given, dict) and len(given) > MEMBERS_MAX:
        raise ValueError(f"an object holds at most {MEMBERS_MAX} members")
    return given


class Part(BaseModel):
    """A part of a config: closed, frozen, and each field told by its docstring."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, given: object) -> object:
        return few_members(given)
