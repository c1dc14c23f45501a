"""People's choices of mail about a client, the mails themselves, and alerts of operators.

Mails and alerts are rows before they are sent, so that neither a crash nor a server that is down
loses any.
"""
