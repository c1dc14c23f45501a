"""eBay's VeRO API: whose account it is, its four methods, the reasons that it knows.

Written against version 1 as eBay documents it; `docs/vero.md` says what is documented and what is
assumed.
"""
