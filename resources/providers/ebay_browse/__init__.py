"""eBay's own Browse API as a second vendor of the provider `ebay`: search, photos, items.

Written against eBay's documented contract; `provider.py` ends with its `PROVIDER`.
"""
