"""Settings that a client's admins look after: API keys, limits, the audit trail."""
