"""The page of a listing that is no case."""
