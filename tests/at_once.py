"""Two things at the same moment: threads that keep what came of them, and waiting until one waits for another."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from compound.refusals import Refusal


class Other(threading.Thread):
    """Does `work` on a connection of its own. `outcome`: what it returned, a refusal's code, or the exception."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.work, self.outcome = work, None
        self.start()

    def run(self) -> None:
        try:
            self.outcome = self.work()
        except Refusal as refusal:
            self.outcome = refusal.code
        except Exception as error:
            self.outcome = error
        finally:
            connection.close()

    def ended(self) -> Any:
        self.join(20)
        assert not self.is_alive()
        return self.outcome


def until_blocked(*others: Other) -> bool:
    """Waits until so many connections wait for a lock; False when one of the others has ended instead."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= len(others):
                return True
        if not all(other.is_alive() for other in others):
            return False
        time.sleep(0.01)
    raise AssertionError("nobody waits")
