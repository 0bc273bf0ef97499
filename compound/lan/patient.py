"""TLS connections of the local network's listener: each of them ends when nothing comes any more.

A thread waits for one phone, and there are eight (compound/lan/gunicorn.py).
"""

import errno
import logging
import os
import socket
import ssl
from typing import Any

# A phone that walks out of the Wi-Fi in the middle of a handshake gives its thread back after that; so does a browser
# that opens connections which it may want later. gunicorn itself waits for the first byte of the handshake alone.
HANDSHAKE_SECONDS = FIRST_BYTE_SECONDS = 5.0
# Between two pieces of a request, or of an answer.
STALLED_SECONDS = 20.0
TLS_HANDSHAKE = b"\x16"
LEAD_TO_DOOR = (
    "HTTP/1.1 302 Found\r\n"
    f"Location: {os.environ.get('LAN_HELP_URL', '')}\r\n"
    "Content-Length: 0\r\nConnection: close\r\n\r\n"
).encode()
_log = logging.getLogger("compound.lan")
_distrustful: set[str] = set()


class PatientSocket(ssl.SSLSocket):
    """A connection that is given up when nothing comes; never one that waits for ever."""

    def setblocking(self, flag: bool) -> None:
        """gunicorn says so before each request after the first: it means to wait, not to wait for ever."""
        self.settimeout(STALLED_SECONDS if flag else 0.0)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        try:
            received = super().recv(buflen, flags)
        except TimeoutError:
            raise _gone() from None
        if self.gettimeout() == FIRST_BYTE_SECONDS:
            self.settimeout(STALLED_SECONDS)
        return received

    def send(self, data: Any, flags: int = 0) -> int:
        try:
            return super().send(data, flags)
        except TimeoutError:
            raise _gone() from None


def _gone() -> ConnectionResetError:
    """What gunicorn takes for an everyday end of a connection."""
    return ConnectionResetError(errno.ECONNRESET, "no TLS connection")


class PatientContext(ssl.SSLContext):
    """Handshakes that end, and that fail quietly: most failures are phones that have no certificate yet."""

    sslsocket_class = PatientSocket

    def wrap_socket(self, sock: socket.socket, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        visitor = sock.getpeername()[0]
        sock.settimeout(HANDSHAKE_SECONDS)
        try:
            if sock.recv(1, socket.MSG_PEEK) != TLS_HANDSHAKE:
                # Whoever types the address leaves the https:// out. Read first: closing over unread bytes would take
                # the answer back.
                sock.recv(16_384)
                sock.sendall(LEAD_TO_DOOR)
                raise ConnectionResetError
            wrapped = super().wrap_socket(sock, *args, **kwargs)
        except OSError as error:
            if "CERTIFICATE_UNKNOWN" in str(error) or "UNKNOWN_CA" in str(error):
                _note(visitor)
            raise _gone() from None
        wrapped.settimeout(FIRST_BYTE_SECONDS)
        return wrapped


def _note(visitor: str) -> None:
    """Once for each phone: whoever stands beside it wonders why it does not work."""
    if visitor not in _distrustful and len(_distrustful) < 1000:
        _distrustful.add(visitor)
        _log.warning("%s does not trust the certificate yet: see /lan/", visitor)
