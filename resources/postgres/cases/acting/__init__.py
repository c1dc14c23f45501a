"""Rows of what is done about cases: reports that a channel's API takes, who works on what."""
