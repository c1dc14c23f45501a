"""Exports and previews: done in processes of their own, so that no request waits behind them."""
