"""Events as Server-Sent Events: one feed for all readers of a process."""
