"""gunicorn's configuration for the listener in the local network: TLS, one process.

`LAN_LISTENER=1` in its environment tells the settings where they are. One worker and eight threads: a phone waits for
the network, not for the processor, and each further process costs 60 MB.
"""

import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compound.gunicorn import (  # noqa: F401  (these names are the configuration)
    access_log_format,
    accesslog,
    control_socket_disable,
    graceful_timeout,
    keepalive,
    logger_class,
    post_fork,
    preload_app,
    timeout,
    worker_class,
    worker_tmp_dir,
)
from compound.lan.patient import PatientContext

bind = f"0.0.0.0:{os.environ.get('LAN_PORT') or 8443}"
workers = 1
threads = 8
certfile = str(Path(os.environ["DATA_DIR"]) / "lan" / "leaf.pem")
# Within `wrap_socket` below, where it has a time limit.
do_handshake_on_connect = True
# Nobody stands between this listener and the phones, so nobody's word about the visitor counts.
forwarded_allow_ips = ""

_context: dict[int, ssl.SSLContext] = {}


def ssl_context(config: Any, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """gunicorn asks at every connection: read the file again only when it is another one."""
    mark = Path(config.certfile).stat().st_mtime_ns
    if mark not in _context:
        context = PatientContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(config.certfile)
        _context.clear()
        _context[mark] = context
    return _context[mark]
