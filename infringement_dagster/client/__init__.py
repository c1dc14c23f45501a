"""A Python client of the API, for programs of clients and for commands that work from afar.

Imports nothing of ours; programs import `client.Client` and the documents that it answers with.
"""

from infringement_dagster.client.connection import Connection
from infringement_dagster.client.errors import ApiProblem, Unreachable
from infringement_dagster.client.operations import Client

__all__ = ["ApiProblem", "Client", "Connection", "Unreachable"]
