"""Alerts: what people want to be told by mail, when it may be sent, and the facts that are told.

No words are chosen here; `reporting/alerts` writes the letters.
"""
