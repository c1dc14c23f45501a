"""The pages of a client's lists and rules, and what of them the page of a case shows."""
