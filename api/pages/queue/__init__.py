"""The queue of a client's cases: its rows, filters and views, and deciding on many at once.

A case by itself is in `cases`, which also says what a list of cases is: `list_filter`.
"""
