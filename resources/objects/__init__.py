"""The object store, object lock, and every key under `clients/`."""
