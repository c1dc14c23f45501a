"""Outcomes of asking for a bundle's time stamp, apart so that naming them loads no cryptography."""

from __future__ import annotations

from typing import Literal, TypeAlias

# Made now, kept from an earlier export, not to be had, or nobody is asked.
StampOutcome: TypeAlias = Literal["made", "kept", "missed", "no_authority"]
