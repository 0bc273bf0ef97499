"""Django's backend, but for how it finds out that a kept connection has ended."""

import select

from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_IDLE  # type: ignore[import-untyped]

# To these the end of a server shows at once, as the end of the stream.
ON_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the connection can be used; asked before the first statement of each request.

        To a server on this machine one look at the socket says it: an idle connection has nothing to read until
        the server ends it. `SELECT 1` was one of eight round trips of a check at the gate. Any doubt, a transaction, or
        another machine, and the server is asked as Django does.
        """
        open_one = self.connection
        if open_one is None or open_one.closed:
            return False
        is_idle = open_one.info.transaction_status == TRANSACTION_STATUS_IDLE
        host = self.settings_dict["HOST"] or ""
        if is_idle and (host.startswith("/") or host in ON_THIS_MACHINE):
            look = select.poll()
            look.register(open_one.fileno(), select.POLLIN)
            if not look.poll(0):
                return True
        return super().is_usable()
