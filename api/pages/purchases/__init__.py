"""Test purchases on the page of a case."""
