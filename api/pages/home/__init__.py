"""The home page of a client: what is new, what is to be done, how it goes."""
