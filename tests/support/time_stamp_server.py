"""A time-stamp authority on this machine: certificates of its own, `openssl ts` signs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infringement_dagster.evidence.time_stamp import AuthorityCertificates

Days = tuple[int, int]  # from when until when a certificate holds, seen from today
SIGNER = "Stamps of Tests"
NEEDS_OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")
_NEEDED: Sequence[x509.ExtensionType] = (
    x509.BasicConstraints(ca=False, path_length=None),
    x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]),
)
_OF_ROOT: Sequence[x509.ExtensionType] = (x509.BasicConstraints(ca=True, path_length=None),)
_CONFIG = """
[authority]
serial = {folder}/serial
default_policy = 1.2.3.4
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True)
class LocalAuthority:
    """Signs what it is asked about, with files of its own in a folder."""

    folder: Path
    root: AuthorityCertificates

    def answer(self, question: bytes) -> bytes:
        """The time stamp as `openssl ts -reply` gives it."""
        (self.folder / "question").write_bytes(question)
        command = "openssl ts -reply -queryfile question -signer signer.pem -inkey signer.key"
        done = subprocess.run(
            [*command.split(), "-config", "config", "-section", "authority", "-out", "answer"],
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return (self.folder / "answer").read_bytes()


def local_authority(folder: Path, days: Days = (-1, 365)) -> LocalAuthority:
    """An authority whose signing certificate holds in those days."""
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    root_name = f"Root of {folder}"[-64:]  # two roots of one name would be taken for one
    root = _certificate(root_name, root_key, root_name, root_key, (-90, 900), _OF_ROOT)
    signer = _certificate(SIGNER, key, root_name, root_key, days, _NEEDED)
    (folder / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "signer.key").write_bytes(secret)
    (folder / "config").write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01")
    authority = LocalAuthority(folder, AuthorityCertificates((root,)))
    (folder / "root.pem").write_bytes(authority.root.pem)
    return authority


def _certificate(
    name: str,
    key: EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: EllipticCurvePrivateKey,
    days: Days,
    extensions: Sequence[x509.ExtensionType],
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer_key, SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass(slots=True)
class TimeStampServer:
    """Where the authority is asked; `answering` makes an answer of each question."""

    url: str
    answering: Callable[[bytes], bytes]
    status: int = 200
    questions: list[bytes] = field(default_factory=list)


@contextmanager
def time_stamp_server(answering: Callable[[bytes], bytes]) -> Iterator[TimeStampServer]:
    """A server that answers questions by HTTP, as RFC 3161 (3.4) wants it."""

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["content-length"]))
            served.questions.append(question)
            assert self.headers["content-type"] == "application/timestamp-query"
            answer = served.answering(question)
            self.send_response(served.status)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Tests say what they need to know."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        served = TimeStampServer(f"http://127.0.0.1:{server.server_address[1]}/tsa", answering)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def stamp_authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    """An authority whose certificate holds today."""
    return local_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def stamp_server(stamp_authority: LocalAuthority) -> Iterator[TimeStampServer]:
    """A server at which that authority is asked."""
    with time_stamp_server(stamp_authority.answer) as served:
        yield served
