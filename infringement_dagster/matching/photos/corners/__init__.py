"""Corner points of photos: which references a photo may show, and whether its pixels agree.

Pure; imports `domain` and its neighbours in `photos`. `references`, `pair_match` and the decoding
workers import it.
"""
