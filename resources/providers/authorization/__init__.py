"""How a vendor is shown who asks: by a key, or by tokens that it gives for client credentials.

Both are added below everything that logs or reports a request.
"""
