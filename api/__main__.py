"""`python -m api`: serve the API."""

from api.server import main

main()
