"""Takes web-hooks on this machine and prints those that are signed right: `receive.py PORT SECRET`.

Needs `pip install standardwebhooks`. For trying things out: a real server answers by https.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

PORT, SECRET = int(sys.argv[1]), sys.argv[2]


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what verifies and 400 to everything else."""

    def do_POST(self) -> None:
        """One message: verified before it is read."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            message = Webhook(SECRET).verify(body, headers)
        except (WebhookVerificationError, ValueError) as error:
            print(f"refused: {error}", flush=True)
            self._answer(400)
        else:
            print(message["type"], message["data"]["body"], flush=True)
            self._answer(204)

    def log_message(self, *_: object) -> None:
        """Nothing: each message has its line already."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


HTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
