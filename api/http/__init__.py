"""What every route shares: problems, schemas, cursors, quotas, observation."""
