"""Connections to public addresses only, with httpx and aiohttp."""
