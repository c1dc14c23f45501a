"""The Postgres server itself: embedded or given, its roles, its schema's upgrades."""
