"""Tables of listings: photos, hashes, scores, sellers."""
