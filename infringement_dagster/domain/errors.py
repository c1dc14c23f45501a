"""The root of every error this product raises on purpose.

Errors of one adapter live beside that adapter and derive from these.
"""


class InfringementError(Exception):
    """Says what happened, to which client, scan or listing, and what to do about it."""


class PermanentError(InfringementError):
    """Trying again without a change cannot help (bad input, refused key, unknown client)."""


class TransientError(InfringementError):
    """Trying again later may help (time-out, too many requests, the database restarts)."""
