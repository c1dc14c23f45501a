"""Tables of cases: decisions, evidence, relations, notices."""
