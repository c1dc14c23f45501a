"""The base of all parts of a config document, and its texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Final, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticKnownError

# The context of a validation: what is stored was checked by the rules and providers of its day.
STORED: Final[Mapping[str, object]] = {"stored": True}
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


_Kind: TypeAlias = type[bool] | type[int] | type[float]
_WRONG: Final[Mapping[_Kind, Literal["bool_type", "int_type", "float_type"]]] = {
    bool: "bool_type",
    int: "int_type",
    float: "float_type",
}


def _as_json(kind: _Kind, given: object, info: ValidationInfo) -> object:
    """The same; pydantic alone would take "3" or true for a number, and 0 for false."""
    fits = isinstance(given, bool) if kind is bool else type(given) in {int, float}
    if fits or given is None or info.context == STORED:
        return given
    raise PydanticKnownError(_WRONG[kind])


NUMBER = BeforeValidator(lambda given, info: _as_json(float, given, info))  # of a mapping's values


class Part(BaseModel):
    """A part of a config: closed, frozen, and each field told by its docstring."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def _of_json(cls, given: object, info: ValidationInfo) -> object:
        kind = _kind_of(cls, str(info.field_name))
        return given if kind is None else _as_json(kind, given, info)

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, given: object) -> object:
        return few_members(given)


@cache
def _kind_of(part: type[Part], name: str) -> _Kind | None:
    """The flag or number that the field holds, if it holds one."""
    hint = part.model_fields[name].annotation
    parts = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    bare = {get_args(some)[0] if get_origin(some) is Annotated else some for some in parts}
    return next((kind for kind in _WRONG if kind in bare), None)
