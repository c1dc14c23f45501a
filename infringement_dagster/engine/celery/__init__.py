"""Runs on Celery workers instead of processes beside the code server; needs the extra `celery`.

Queue, limits, leases and epochs are the same.
"""
