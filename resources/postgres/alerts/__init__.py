"""What people want to be told about a client, mails that tell them, and alerts of operators.

Mails and alerts are rows before they are sent, so that neither a crash nor a server that is down
loses any.
"""
