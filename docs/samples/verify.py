"""Verifies a web-hook message on standard input: `verify.py SECRET ID TIMESTAMP SIGNATURE < body`.

Needs `pip install standardwebhooks`. In a server: pass the request's raw body and its headers.
"""

import sys

from standardwebhooks import Webhook, WebhookVerificationError


def main() -> None:
    secret, message_id, timestamp, signature = sys.argv[1:]
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }
    try:
        message = Webhook(secret).verify(sys.stdin.buffer.read(), headers)
    except WebhookVerificationError as error:
        sys.exit(f"refused: {error}")
    print(message["type"], message["data"]["event_no"])


main()
