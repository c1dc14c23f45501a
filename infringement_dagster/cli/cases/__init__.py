"""Commands on cases: decided, their evidence and notices."""
