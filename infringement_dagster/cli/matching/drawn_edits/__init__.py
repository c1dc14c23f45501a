"""Edits that sellers make of photos, drawn on a folder's photos to measure what is still found.

Drawing only: nothing here knows how photos are matched. `evaluate` imports it.
"""
