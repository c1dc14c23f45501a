"""Photos compared: decoding, hashes, key points, and which reference a photo shows.

Pure; imports `domain` and numeric libraries. `matching` and the decoding workers import it.
"""
