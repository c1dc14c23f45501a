"""Every caller's share of this process: places by kind of work, requests a minute, time at work.

Stands before routing; knows requests as methods, paths and credentials only.
"""
