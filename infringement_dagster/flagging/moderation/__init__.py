"""A client's rules act on its cases at the end of a run, or are tried out on what is stored."""
