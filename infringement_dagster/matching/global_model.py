"""The model that every client starts from: the signals' strengths, and what was fitted to labels.

`global_model.json` beside this module holds the coefficients and says what they were fitted on;
`infringement fit-global` writes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files

from infringement_dagster.matching.combination import NoisyOr

_DOCUMENT = "global_model.json"


@dataclass(frozen=True, slots=True)
class GlobalModel:
    """Coefficients over the strengths of a model, and the listings that they were fitted on."""

    model: str  # name and version of that model
    shift: float
    scale: float
    multipliers: Mapping[str, float]  # by signal; 1 where it is not named
    labelled_listings: int
    labelled_clients: int
    made_up_listings: int

    def of(self, strengths: NoisyOr) -> NoisyOr:
        """The strengths with the coefficients; alone where these are of another model."""
        if self.model != strengths.name:
            return strengths
        return strengths.moved(self.multipliers, self.shift, self.scale)

    def document(self) -> str:
        """As JSON, which `global_model` reads."""
        return json.dumps(asdict(self), indent=2) + "\n"


def global_model() -> GlobalModel:
    """The model that came with this version."""
    content = files("infringement_dagster.matching").joinpath(_DOCUMENT).read_text("utf-8")
    return GlobalModel(**json.loads(content))
