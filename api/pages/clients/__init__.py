"""Pages of one client: overview, references, config."""
