"""A scan is asked for, admitted, held by one process, and followed.

Imports `clients`, `resources` and `domain`; assets, sensors, API and command line import it.
"""
