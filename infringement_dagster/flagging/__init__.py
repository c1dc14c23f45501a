"""Listings at or above the threshold become cases, their evidence frozen and chained first.

Imports `scoring` and below; the asset `flagged_cases` imports it.
"""
