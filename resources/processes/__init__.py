"""Local processes that end with their parent, and locks between them."""
