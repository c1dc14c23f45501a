"""The four providers that come with the product, as ScraperAPI's structured endpoints tell of them.

Each module ends with its `PROVIDER`, which `pyproject.toml` names under `infringement.providers`.
"""
