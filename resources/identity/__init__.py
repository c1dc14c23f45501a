"""Rules of what identifies a person: e-mail addresses and passwords."""
