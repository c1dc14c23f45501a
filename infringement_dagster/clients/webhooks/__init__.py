"""Where a client's events are sent: which addresses may be, and every change to its web-hooks."""
