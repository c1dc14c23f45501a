"""The API against its own OpenAPI document, with values nobody would send in good faith."""

from __future__ import annotations
