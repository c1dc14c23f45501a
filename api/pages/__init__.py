"""The pages that people review in: rendered on the server, one static script and style sheet."""
