"""Mail to people: by an SMTP server, or to the log where there is none."""
