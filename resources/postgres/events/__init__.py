"""Events of each client, and web-hooks that deliver them."""
