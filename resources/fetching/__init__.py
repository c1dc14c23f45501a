"""Photos fetched from the hosts that may be asked, with conditional requests."""
