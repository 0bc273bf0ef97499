"""No bearer code in any log: whoever reads a log must not be able to open a household's page with it."""

import logging
import re
from typing import Any
from urllib.parse import unquote

from gunicorn.glogging import Logger

# What follows these opens a page without a password: household pages, short codes, one-time logins, calendars.
BEARER = re.compile(r"(/(?:h|s|login/[a-z-]+|t|feed/[^/]+)/)[^/?#\s\"']+")
# Anything else that looks like a token: 20 characters and more without a dot, and no UUID.
OPAQUE = re.compile(
    r"/(?![0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?:/|$))[A-Za-z0-9_\-~]{20,}(?=/|$|[?#\s\"'])"
)
QUERY = re.compile(r"(/[^\s\"'?]*)\?[^\s\"']*")
# What would end a path in the patterns above, or a line in the log.
BREAKS = re.compile(r"[\s\"'#\x00-\x1f\x7f]+")


def masked(path: str) -> str:
    """The path without its query and with `…` for every code."""
    return OPAQUE.sub("/…", BEARER.sub(r"\1…", QUERY.sub(r"\1", path)))


def masked_address(address: str) -> str:
    """`masked`, of an address as it came over the wire: `/%68/…` opens the same page as `/h/…`."""
    return masked(BREAKS.sub("_", unquote(address.partition("?")[0])))


class MaskPaths(logging.Filter):
    """Masks the paths that Django names in its warnings (`Not Found: /h/…`)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django."):
            record.msg, record.args = masked(record.getMessage()), ()
        return True


class GunicornLogger(Logger):
    """gunicorn's logger with masked paths and, of the address, only the path."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> Any:
        """Only what compound/gunicorn.py prints: gunicorn's own makes a text of every header first."""
        return {
            "m": environ.get("REQUEST_METHOD", "-"),
            "U": masked_address(environ.get("RAW_URI", "-")),
            "s": str(resp.status).partition(" ")[0],
            "B": getattr(resp, "sent", None),
            "M": int(request_time.total_seconds() * 1000),
            "h": environ.get("REMOTE_ADDR", "-"),
        }
