"""A draft of a config beside the saved one: what it can touch, and both on the same listings."""
