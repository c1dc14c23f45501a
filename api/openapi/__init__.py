"""The OpenAPI document: finished from what FastAPI reads off the routes, and types made of it."""
