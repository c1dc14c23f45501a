"""A client's lists of sellers and listings, and its rules: what they say of a case; pure."""
