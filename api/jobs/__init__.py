"""Exports, imports and previews, done in processes of their own: no request waits behind them."""
