"""The page of one case, and what it shares with the queue: lists of cases, words, toasts."""
