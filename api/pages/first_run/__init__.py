"""The first steps of a new client: from its brand to its first decision."""
