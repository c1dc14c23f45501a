"""A person decides on a case, exports its evidence, drafts a notice.

Imports `clients`, `resources`, `evidence`, `notices`; API, pages and command line import it.
"""
