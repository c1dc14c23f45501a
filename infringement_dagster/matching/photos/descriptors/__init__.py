"""Learned copy descriptors: vectors of photos, and the references that they name at the gate.

Pure; the model itself runs in `resources.descriptors`.
"""
