"""Rate limits in Django's cache. They fail open: a dead Redis must not lock the coordinator out."""

import hashlib
import logging

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def allowed(*, scope: str, who: str, limit: int, seconds: int) -> bool:
    """Counts one more try of `who`; False after `limit` of them, until `seconds` after the first.

    `who` (an address, a phone number) is hashed: no personal data in the cache.
    """
    key = _key(scope, who)
    try:
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key) <= limit
    except ValueError:
        # It ran out between the two calls, so a new window begins.
        return True
    except (RedisError, OSError) as error:
        logger.warning("rate limit %s not counted: %s", scope, error)
        return True


def _key(scope: str, who: str) -> str:
    return f"throttle:{scope}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
