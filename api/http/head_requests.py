"""HEAD wherever GET is, as HTTP asks of servers: the same status and headers, no body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """The app, in which HEAD is served as GET up to where the body begins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; routes see a GET."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        # The server leaves a body out by the method of its own scope, which stays HEAD.
        as_get = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, _without_body(send))
        finally:
            scope["route"] = as_get.get("route")


def _without_body(send: Send) -> Send:
    async def head_only(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            # Whoever writes a long answer or a stream is told that the reader has gone.
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return head_only
