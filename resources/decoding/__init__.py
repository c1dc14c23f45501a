"""Photos decoded in processes of their own, with bounds on memory and time."""
