"""Titles and descriptions: which brand they use, how, and what they admit."""
