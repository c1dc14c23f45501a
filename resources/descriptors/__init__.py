"""Learned models that describe photos, from files that the installation's user names."""
