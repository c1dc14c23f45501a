"""Runs on Celery workers instead of processes beside the code server; needs the extra `celery`.

Belongs here: what differs from the default engine. Queue, limits, leases and epochs are the same.
"""
