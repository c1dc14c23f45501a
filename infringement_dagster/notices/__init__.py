"""Notices to marketplaces: which channel needs what, drafts, states. Pure: no I/O, no database."""
