"""Reading listings from the providers, through one vendor."""
