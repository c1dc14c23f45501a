"""Reports of clients: tables exported to the object store, reports made of them, their checks."""
