"""The conformance kit: whether a plug-in reads saved answers of its provider as every other does.

`infringement providers check` shows what it finds.
"""
