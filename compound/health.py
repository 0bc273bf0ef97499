"""Whether what must run runs: for whoever watches the installation from outside."""

import datetime as dt

import redis
from django.conf import settings
from django.db import DatabaseError

from compound.models import Heartbeat

# The clock beats every 10 s; three missed beats and a job in between are no news.
FRESH = dt.timedelta(seconds=45)


def health(at: dt.datetime) -> dict[str, str]:
    """For database, broker and worker `ok` or what is wrong. Answers within about two seconds, also when all
    is down.
    """
    database, worker = "ok", "no heartbeat yet"
    try:
        beat = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    except DatabaseError:
        database = worker = "unreachable"
    else:
        if beat:
            worker = "ok" if at - beat <= FRESH else f"last heartbeat {(at - beat).total_seconds():.0f} s ago"
    return {"database": database, "broker": broker(), "worker": worker}


def broker() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.ping()
    except (redis.RedisError, OSError):
        return "unreachable"
    finally:
        client.close()
    return "ok"
