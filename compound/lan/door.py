"""Plain http in the local network, for the one page that a phone needs before it trusts the certificate.

Runs as a process of its own: `python -I -S door.py PORT UPSTREAM_PORT`. Standard library only: 15 MB, there at once.
Passes on GET for /lan/, /lan/ca.crt and static files to the web server on this machine, and nothing else: no cookie, no
query but the language, no form. Whatever else is asked for here leads to /lan/ or nowhere.
"""

import http.client
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ALLOWED = re.compile(r"/lan/(?:ca\.crt|\?in=(?:zh-hans|en))?|/static/(?:[\w-][\w.-]*/)*[\w-][\w.-]*")
HEADERS = ("Content-Type", "Content-Disposition", "Cache-Control", "Content-Encoding", "Content-Security-Policy",
           "X-Content-Type-Options", "Referrer-Policy", "Content-Language", "Vary")  # fmt: skip
TYPES = ("text/css", "text/html", "text/javascript", "image/", "font/", "application/x-x509-ca-cert")
AT_ONCE = 16
SECONDS = 10


class Door(BaseHTTPRequestHandler):
    """One visitor. `upstream` is the web server's port on loopback."""

    upstream = 0
    timeout = SECONDS
    server_version, sys_version = "shouwang", ""

    def do_GET(self) -> None:
        if self.path in ("/", "/lan"):
            self._say(302, b"", {"Location": "/lan/"})
        elif ALLOWED.fullmatch(self.path):
            self._pass_on()
        else:
            self._say(404, b"404: /lan/\n", {"Content-Type": "text/plain"})

    do_HEAD = do_GET  # noqa: N815  (the server's name for it)

    def _pass_on(self) -> None:
        inside = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=SECONDS)
        try:
            # The visitor is named, so that nobody inside takes them for somebody at this computer.
            inside.request("GET", self.path, headers={"X-Forwarded-For": self.client_address[0]})
            answer = inside.getresponse()
            body = answer.read()
            kept = {name: value for name in HEADERS if (value := answer.getheader(name))}
            if answer.status != 200 or not kept.get("Content-Type", "").startswith(TYPES):
                self._say(404, b"404: /lan/\n", {"Content-Type": "text/plain"})
            else:
                self._say(200, body, kept)
        except (OSError, http.client.HTTPException):
            self._say(503, b"503: try again in a minute\n", {"Content-Type": "text/plain", "Retry-After": "5"})
        finally:
            inside.close()

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Who fetched the certificate is nobody's business."""


class Doors(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(self, port: int) -> None:
        self._room = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(("0.0.0.0", port), Door)  # noqa: S104  (the local network is what it is for)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(timeout=1):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A phone that went away is no news."""


if __name__ == "__main__":
    Door.upstream = int(sys.argv[2])
    with Doors(int(sys.argv[1])) as doors:
        doors.serve_forever()
