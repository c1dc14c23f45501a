"""Settings as people understand them: help, schedules in words, checks on the way, trials."""
