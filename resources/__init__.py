"""Adapters: everything outside the core, as plain classes. Imports nothing by itself."""
