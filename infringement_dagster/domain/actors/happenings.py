"""Things that happen to actors, as events tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ActorMade:
    """Sellers are linked into one actor for the first time."""

    type: ClassVar = "actor.made"
    actor_id: UUID
    sellers: int


@dataclass(frozen=True, slots=True)
class ActorGrew:
    """An actor has more sellers than before; another actor may have become part of it."""

    type: ClassVar = "actor.grew"
    actor_id: UUID
    sellers: int
    added: int


@dataclass(frozen=True, slots=True)
class ActorShrank:
    """An actor has fewer sellers: what linked them is no longer rare, or another has them."""

    type: ClassVar = "actor.shrank"
    actor_id: UUID
    sellers: int
    gone: int


@dataclass(frozen=True, slots=True)
class ActorSplit:
    """A person took sellers out of an actor, which are an actor of their own now."""

    type: ClassVar = "actor.split"
    actor_id: UUID
    new_actor_id: UUID
    sellers: int


@dataclass(frozen=True, slots=True)
class ActorMerged:
    """A person said that two actors are one."""

    type: ClassVar = "actor.merged"
    actor_id: UUID
    merged_actor_id: UUID
