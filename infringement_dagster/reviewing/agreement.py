"""How often people who decided on the same case said the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from infringement_dagster.domain.case import Decision, LastWord


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two people and the cases that both have decided."""

    first: str
    second: str
    cases: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The cases that at least two people have decided, and what they said."""

    cases: int
    disputed: tuple[UUID, ...]  # cases on which two of them differ
    pairs: tuple[PairAgreement, ...]  # who differ most often come first
    kappa: float | None  # Cohen's, of all pairs; None where chance alone would explain everything

    @property
    def share(self) -> float | None:
        """The share of pairs of decisions that agree, from 0 to 1; None without any."""
        decisions = sum(pair.cases for pair in self.pairs)
        return sum(pair.agreed for pair in self.pairs) / decisions if decisions else None


def agreement_of(words: Iterable[LastWord]) -> Agreement:
    """How people agree; who was unsure has said nothing."""
    by_case: dict[UUID, dict[str, Decision]] = defaultdict(dict)
    for word in words:
        if word.decision != "unsure":
            by_case[word.case_id][word.decided_by] = word.decision
    shared = {case_id: said for case_id, said in by_case.items() if len(said) > 1}
    pairs = _pairs(shared)
    disputed = tuple(case_id for case_id, said in shared.items() if len(set(said.values())) > 1)
    return Agreement(len(shared), disputed, pairs, _kappa(shared, pairs))


def _pairs(shared: Mapping[UUID, Mapping[str, Decision]]) -> tuple[PairAgreement, ...]:
    cases: Counter[tuple[str, str]] = Counter()
    agreed: Counter[tuple[str, str]] = Counter()
    for said in shared.values():
        for first, second in combinations(sorted(said), 2):
            cases[first, second] += 1
            agreed[first, second] += said[first] == said[second]
    found = [PairAgreement(*pair, count, agreed[pair]) for pair, count in cases.items()]
    return tuple(sorted(found, key=lambda pair: (pair.agreed / pair.cases, -pair.cases)))


def _kappa(
    shared: Mapping[UUID, Mapping[str, Decision]], pairs: Collection[PairAgreement]
) -> float | None:
    """Agreement beyond what people would reach who decide as often so, but by lot."""
    said = Counter(
        decision
        for by_person in shared.values()
        for decision in by_person.values()
        for _ in range(len(by_person) - 1)  # once for each pair that it is in
    )
    total = said.total()
    by_lot = sum((count / total) ** 2 for count in said.values()) if total else 1.0
    if by_lot >= 1:
        return None
    agreed = sum(pair.agreed for pair in pairs) / sum(pair.cases for pair in pairs)
    return (agreed - by_lot) / (1 - by_lot)
