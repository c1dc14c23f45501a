"""Groups of near-identical listings: what makes two alike, and which hang together.

`likeness` compares two listings, `near_hashes` finds photos that are nearly the same, `grouping`
puts listings into groups, `proposals` says what a decided group proposes.
"""
