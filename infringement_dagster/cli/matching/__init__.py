"""Commands that try matching and judgement on files, without a database."""
