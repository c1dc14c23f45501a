"""Commands on clients: taken in, their configs, photos and limits."""
