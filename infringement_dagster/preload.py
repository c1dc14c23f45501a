"""Imports and loads what every run needs, into the process that run processes are forked from.

Belongs here: modules that start no thread when imported, and tables that take long to load. polars
starts three threads, so it and the assets are imported by each run itself (0.3 CPU seconds).
"""

from importlib import import_module

from infringement_dagster.matching.lexicon import LANGUAGES, everyday_words

MODULES = (
    "cv2",
    "dagster_postgres",
    "infringement_dagster.matching.scoring",
    "infringement_dagster.pooled_storage",
    "resources.bindings",
    "resources.onboarding",
    "resources.providers.details",
)

for module in MODULES:
    import_module(module)

for language in LANGUAGES:
    everyday_words(language)  # 2.5 CPU seconds in all, 6 MB that all runs share
