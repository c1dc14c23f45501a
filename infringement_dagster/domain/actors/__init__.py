"""The nouns of actors: who stands behind sellers."""
