"""Faults of a config document, field by field, in words that teach; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from pydantic import ValidationError

from infringement_dagster.clients.config_document import FURTHER_MAX, ClientConfigDocument
from infringement_dagster.clients.config_words import unknown
from infringement_dagster.clients.place_faults import (
    ConfigFault,
    faults_of,
    pointer_to,
)
from infringement_dagster.domain.further_hash import is_further_hash
from infringement_dagster.matching.signal_table import SIGNALS

__all__ = ["ConfigFault", "config_faults"]

FAULTS_MAX = 20


def config_faults(document: Mapping[str, object]) -> list[ConfigFault]:
    """The first faults of the document, none when it is valid; takes time linear in its size."""
    return list(islice(_faults(document), FAULTS_MAX))


def _faults(document: Mapping[str, object]) -> Iterator[ConfigFault]:
    try:
        ClientConfigDocument.model_validate(document)
    except ValidationError as error:
        yield from faults_of(error, ClientConfigDocument)
    yield from _weight_faults(document)


def _weight_faults(document: Mapping[str, object]) -> Iterator[ConfigFault]:
    """A weight of a signal that does not exist would be ignored in silence."""
    weights = document.get("weights")
    names = [*(rule.name for rule in SIGNALS), *_hash_signals(document)]
    for signal in weights if isinstance(weights, dict) else ():
        if signal not in names:
            yield ConfigFault(pointer_to(("weights", signal)), unknown(signal, names, "signal"))


def _hash_signals(document: Mapping[str, object]) -> list[str]:
    """The document's further hashes: each is a signal of its own."""
    named = document.get("further_hashes")
    some = named[:FURTHER_MAX] if isinstance(named, list) else ()
    return [name for name in some if isinstance(name, str) and is_further_hash(name)]
