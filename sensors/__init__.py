"""Dagster's regular looks at the world: thin ticks over the stores."""
