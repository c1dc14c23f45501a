"""Test purchases at cases: recorded, shown, and frozen as evidence with what came of them."""
