"""The nouns of groups: listings that are alike, and by what."""
