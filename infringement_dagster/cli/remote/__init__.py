"""`infringement remote`: an installation elsewhere, through its API alone.

Imports the API's `client` and nothing of the installation.
"""
