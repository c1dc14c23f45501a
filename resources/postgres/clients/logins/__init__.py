"""Log-ins on their way, mails to people, second factors and open sessions.

All functions want an identity transaction: they look across clients.
"""
