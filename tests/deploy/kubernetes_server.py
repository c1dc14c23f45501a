"""A local server that speaks as much of Kubernetes' API as the life of one Job takes.

It keeps every request; a Job that was posted is there until it is deleted.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_JOBS = re.compile(r"/apis/batch/v1/namespaces/([\w-]+)/jobs(?:/([\w-]+)(?:/status)?)?$")
_PODS = re.compile(r"/api/v1/namespaces/[\w-]+/pods(?:/([\w-]+))?$")
_SUCCESS = {"kind": "Status", "apiVersion": "v1", "status": "Success"}


@dataclass
class Cluster:
    """The Jobs by namespace and name; `end` lets a Job's pod end."""

    url: str = ""
    jobs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    def end(self, name: str, **status: int) -> None:
        """The Job's only pod is gone; `status` is how it counts: failed or succeeded."""
        for (_, known), job in self.jobs.items():
            if known == name:
                job["status"] = status

    def answer(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        """Status and body, as Kubernetes words them."""
        address = urlsplit(path)
        if pods := _PODS.match(address.path):
            return self._answer_pods(method, pods[1], parse_qs(address.query))
        asked = _JOBS.match(address.path)
        if asked is None:
            return _refusal(404, f"{method} {path} is not spoken here")
        namespace, name = asked.groups()
        if method == "POST":
            return self._create(namespace, body)
        if (namespace, name) not in self.jobs:
            return _refusal(404, f'jobs.batch "{name}" not found')
        if method == "DELETE":
            self.deleted.append(name)
            del self.jobs[namespace, name]
            return 200, _SUCCESS
        return 200, self.jobs[namespace, name]

    def _answer_pods(
        self, method: str, name: str | None, query: dict[str, list[str]]
    ) -> tuple[int, dict[str, Any]]:
        if method == "DELETE" and name is not None:
            self.deleted.append(name)
            return 200, _SUCCESS
        asked = query["labelSelector"][0].removeprefix("job-name").lstrip("=")
        names = [name for _, name in self.jobs if name == asked]
        items = [{"metadata": {"name": f"{name}-pod"}} for name in names]
        return 200, {"kind": "PodList", "apiVersion": "v1", "items": items}

    def _create(self, namespace: str, job: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key = namespace, job["metadata"]["name"]
        if key in self.jobs:
            return _refusal(409, f'jobs.batch "{key[1]}" already exists')
        self.jobs[key] = {**job, "status": {"active": 1}}
        return 201, self.jobs[key]


def _refusal(code: int, message: str) -> tuple[int, dict[str, Any]]:
    refused = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
    return code, {**refused, "code": code, "message": message}


@contextmanager
def kubernetes_server() -> Iterator[Cluster]:
    """The server, answering until the block ends."""
    cluster = Cluster()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = cluster.answer(self.command, self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Nothing: the test's output is for the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        cluster.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield cluster
        finally:
            server.shutdown()
            thread.join()
