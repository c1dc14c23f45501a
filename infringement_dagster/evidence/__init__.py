"""Evidence as bytes: manifests, the chain over them, bundles. Pure: no I/O, no database."""
