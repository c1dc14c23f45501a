"""A client's word on its lists and rules: entries added and ended, rules paused and resumed."""
