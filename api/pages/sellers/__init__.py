"""Pages of sellers and of the actors behind them.

`actors` has the pages, `network_drawing` and `weeks_plot` their drawings.
"""
