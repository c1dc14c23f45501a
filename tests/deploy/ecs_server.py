"""A local server that speaks as much of ECS and EC2 as starting one task takes.

It keeps every request, and answers as ECS does to a daemon that runs in a Fargate task.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CLUSTER = "arn:aws:ecs:eu-central-1:1:cluster/c"
DAEMON = "arn:aws:ecs:eu-central-1:1:task/c/daemon"
STARTED = "arn:aws:ecs:eu-central-1:1:task/c/run"
_FAMILY = "arn:aws:ecs:eu-central-1:1:task-definition/infringement:1"
_ENI = {"name": "networkInterfaceId", "value": "eni-1"}
_TASK = {
    "taskArn": DAEMON,
    "clusterArn": CLUSTER,
    "launchType": "FARGATE",
    "taskDefinitionArn": _FAMILY,
    "attachments": [
        {
            "type": "ElasticNetworkInterface",
            "details": [{"name": "subnetId", "value": "subnet-1"}, _ENI],
        }
    ],
}
_DEFINITION = {
    "family": "infringement",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "taskRoleArn": "arn:aws:iam::1:role/infringement",
    "containerDefinitions": [
        {
            "name": "daemon",
            "image": "registry.example/infringement:1",
            "environment": [{"name": "DAGSTER_HOME", "value": "/app/deploy/aws"}],
        }
    ],
}
_INTERFACES = """<DescribeNetworkInterfacesResponse><networkInterfaceSet><item>
<networkInterfaceId>eni-1</networkInterfaceId>
<groupSet><item><groupId>sg-1</groupId></item></groupSet>
</item></networkInterfaceSet></DescribeNetworkInterfacesResponse>"""


class Requests(dict[str, list[dict[str, Any]]]):
    """What was asked of ECS, by the name of the call."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def answer(self, call: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body, as ECS words them."""
        self.setdefault(call, []).append(asked)
        if call == "DescribeTasks":
            return 200, {"tasks": [_TASK]}
        if call == "DescribeTaskDefinition":
            if asked["taskDefinition"] == _FAMILY:
                return 200, {"taskDefinition": _DEFINITION}
            return 400, {"__type": "ClientException", "message": "no such task definition"}
        if call == "RegisterTaskDefinition":
            return 200, {"taskDefinition": asked}
        if call == "RunTask":
            return 200, {"tasks": [{**_TASK, "taskArn": STARTED}], "failures": []}
        return 400, {"__type": "ClientException", "message": f"{call} is not spoken here"}


@contextmanager
def ecs_server() -> Iterator[Requests]:
    """The server, answering until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            described = {"Cluster": CLUSTER, "TaskARN": DAEMON, "Name": "daemon"}
            self._send(200, json.dumps(described))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            target = self.headers.get("X-Amz-Target")
            if target is None:
                self._send(200, _INTERFACES)
            else:
                status, answer = requests.answer(target.rpartition(".")[2], json.loads(body))
                self._send(status, json.dumps(answer))

        def _send(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Nothing: the test's output is for the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        requests = Requests(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield requests
        finally:
            server.shutdown()
            thread.join()
