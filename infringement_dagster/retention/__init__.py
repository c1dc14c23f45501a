"""Old rows and objects are expired, and a client that leaves is erased.

Imports `resources`; the housekeeping assets and the command line import it.
"""
