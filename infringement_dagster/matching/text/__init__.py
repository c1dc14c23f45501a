"""Titles compared: normal forms, look-alike letters, spelling, languages, and how a brand is used.

Pure; imports `domain`. `matching` imports it.
"""
