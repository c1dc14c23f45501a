"""Tables of clients: configs, users, keys, limits, schedules."""
