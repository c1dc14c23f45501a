"""A client: what it may and does, who may act for it, how it is searched for."""
