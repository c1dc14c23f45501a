"""Lists of sellers and listings, the acts of a client's rules, and what rules are judged by."""
