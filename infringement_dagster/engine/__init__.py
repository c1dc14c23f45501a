"""Every bend of Dagster's machinery, with its private names: code server, daemon, queue, storage.

Nothing of ours imports it but the local stack, the command line and Dagster's instance file.
"""
