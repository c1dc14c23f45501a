"""How the commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys

from rich.console import Console

# A pipe or file has no width of its own; 80 columns would cut listing ids and photo URLs.
_PIPE_COLUMNS = 240

out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_COLUMNS)
notes = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _PIPE_COLUMNS)


def note(text: str) -> None:
    """Prints one line about what is going on."""
    notes.print(text, markup=False, style="dim")


def probability(share: float) -> str:
    """The probability with two digits, never rounded to a certainty that it is not."""
    if 0 < share < 0.005:
        return "<0.01"
    return ">0.99" if 0.995 <= share < 1 else f"{share:.2f}"


def print_json(value: object) -> None:
    """Prints a value for programs; dates and decimals as strings."""
    json.dump(value, sys.stdout, default=str, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
