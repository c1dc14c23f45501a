"""People, passwords and keys: one function for each thing that is done with them.

Every function checks that who asks may do it and leaves an entry in the audit trail, whether it was
called by the API, a page or the command line. Nothing here knows Dagster.
"""
