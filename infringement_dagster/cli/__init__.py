"""The `infringement` command: what a person runs in a terminal. Imports nothing by itself."""
