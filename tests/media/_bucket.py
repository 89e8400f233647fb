"""A small service that speaks as much of S3 as a store of files needs, on loopback."""

import hashlib
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DELETED = "<DeleteResult>{}</DeleteResult>"


@dataclass
class Bucket:
    """What is kept, by path; `refuses` answers every call with 403."""

    endpoint: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    signatures: list[str] = field(default_factory=list)
    refuses: bool = False


class Handler(BaseHTTPRequestHandler):
    """Answers for the bucket of its server."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self._body()
        if self._is_let_in():
            self.server.bucket.objects[self.path] = body
            self._answer(200, b"", tag=body)

    def do_GET(self):
        if self._is_let_in():
            found = self.server.bucket.objects.get(self.path)
            self._answer(404 if found is None else 200, found or b"", tag=found)

    def do_POST(self):
        """Delete several keys at once."""
        asked = self._body().decode()
        if self._is_let_in():
            name = self.path.partition("?")[0].rstrip("/")
            keys = [part.partition("</Key>")[0] for part in asked.split("<Key>")[1:]]
            for key in keys:
                self.server.bucket.objects.pop(f"{name}/{key}", None)
            lines = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            self._answer(200, DELETED.format(lines).encode())

    def log_message(self, *_):
        """Say nothing."""

    def _body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _is_let_in(self):
        bucket = self.server.bucket
        bucket.signatures.append(self.headers.get("Authorization", ""))
        if bucket.refuses:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        return not bucket.refuses

    def _answer(self, status, body, *, tag=None):
        self.send_response(status)
        if tag is not None:
            self.send_header("ETag", f'"{hashlib.sha256(tag).hexdigest()}"')
        self.send_header("Last-Modified", "Sun, 01 Jun 2025 12:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving() -> Generator[Bucket]:
    """Serve an empty bucket while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.bucket = Bucket(endpoint=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.bucket
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
