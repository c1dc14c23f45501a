"""Sellers of a client's cases, the actors behind them and what links them.

`seller_store` is written by the runs that flag cases and by people who split and merge actors,
`actor_lists` and `seller_lists` read.
"""
