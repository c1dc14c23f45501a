"""Nouns and rules of the product: listings, clients, photos, scores, cases, scans, events.

Pure values and functions of the standard library; every other package may import it, and it
imports none of them.
"""
