"""Perceptual hashes of photos: algorithms, views, near ones among many, their document.

Pure; imports `domain` and numeric libraries. `matching` and the decoding workers import it.
"""
