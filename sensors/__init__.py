"""What makes Dagster look at the world: thin ticks over the stores."""
