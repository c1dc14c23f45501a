"""Notices as work: the board of all of them, and a page for each with what its channel asks for."""
