"""Reasons that a reviewer gives with one key; notices repeat them, so they are whole sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ReasonPreset:
    """A reason by its key: briefly on the button, in full in the history and the notice."""

    key: str
    label: str
    reason: str


REASON_PRESETS: Final = (
    ReasonPreset("1", "Counterfeit", "The product is a counterfeit: it was not made by us."),
    ReasonPreset("2", "Our name", "Our trademark is used to sell a product that is not ours."),
    ReasonPreset("3", "Our photo", "Our photo is used without our permission."),
    ReasonPreset("4", "Our design", "The product copies the design of ours."),
    ReasonPreset("5", "Genuine", "The product appears to be genuine and lawfully resold."),
    ReasonPreset("6", "Not ours", "The listing has nothing to do with our products."),
)
