"""Somebody else's server on loopback, which answers byte for byte what a test says."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Reply = Callable[[socket.socket], None]


def saying(*parts: bytes) -> Reply:
    """Answer with these bytes and hang up."""

    def reply(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return reply


def ok(body: bytes = b"", *headers: bytes, status: bytes = b"200 OK") -> Reply:
    """Answer with a body and its length."""
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return saying(b"\r\n".join(lines) + b"\r\n\r\n" + body)


def sending_on(location: str, status: bytes = b"302 Found") -> Reply:
    """Answer with a redirect."""
    return ok(b"", b"Location: " + location.encode(), status=status)


@dataclass
class FarSide:
    """A listening server; `requests` holds what each connection sent, head and body."""

    listener: socket.socket
    reply: Reply
    tls: ssl.SSLContext | None = None
    reads_bodies: bool = True
    requests: list[bytes] = field(default_factory=list)
    accepted: int = 0

    def __post_init__(self) -> None:
        self.port = self.listener.getsockname()[1]

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return an address of this server."""
        return f"http://{host}:{self.port}{path}"

    def serve(self) -> None:
        """Answer until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.accepted += 1
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                stack.callback(connection.close)
            self.requests.append(_request(connection, with_body=self.reads_bodies))
            self.reply(connection)


def _request(connection: socket.socket, *, with_body: bool) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    marked = head.lower().partition(b"content-length: ")[2]
    length = int(marked.partition(b"\r\n")[0] or 0)
    while with_body and len(body) < length:
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError
    return data


@contextmanager
def far_side(reply: Reply, **given: Any) -> Generator[FarSide]:
    """Run a server on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        side = FarSide(listener, reply, **given)
        serving = threading.Thread(target=side.serve, daemon=True)
        serving.start()
        try:
            yield side
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            serving.join(5)


@dataclass(frozen=True)
class Authority:
    """Who signs certificates, trusted by `client` and by nobody else."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    directory: Path

    @classmethod
    def new(cls, directory: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(_certificate("The Authority", key.public_key(), None, key), key, directory)

    def client(self) -> ssl.SSLContext:
        """Return what trusts this authority."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def server(self, host: str) -> ssl.SSLContext:
        """Return what shows a certificate for a name or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _certificate(host, key.public_key(), self.certificate.subject, self.key)
        path = self.directory / f"{host}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _certificate(host, public_key, issuer, signing_key) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    own = x509.SubjectKeyIdentifier.from_public_key(public_key)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer or name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
        .add_extension(own, critical=False)
        .add_extension(signed_by, critical=False)
        .sign(signing_key, hashes.SHA256())
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
