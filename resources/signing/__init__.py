"""The installation's key for signing evidence: made once, kept in a file or given by a setting."""
