"""How a search is read."""
