"""A client's weekly report: its weeks, and figures that are known or say why not."""
