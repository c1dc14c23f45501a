"""Scores fitted to decisions and measured: the fit, its metrics, synthetic listings.

Pure; imports `domain` and `matching`. The command line imports it.
"""
