"""Alerts: mails that tell people of a client, and messages in the chats of clients.

The words are pure functions of facts. `alert_room` makes what is due and sends it; operators'
alerts are made by `operator_room`. Whatever process runs them, any number may do so side by side.
"""
