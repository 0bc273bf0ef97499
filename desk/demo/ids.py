"""UUIDs out of the seed, so that two demos of one seed and date have the same addresses."""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db.models import UUIDField


def seeded_uuid(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


@contextmanager
def seeded_ids(rng: random.Random) -> Iterator[Callable[[], uuid.UUID]]:
    """Within it every new row with a UUID as its key takes the next one of `rng`, whichever service writes it.

    For a command that has its process to itself: the fields' defaults are exchanged for all threads. Short codes
    stay random, since they are keys that open something.
    """
    fields = [model._meta.pk for model in apps.get_models() if isinstance(model._meta.pk, UUIDField)]
    saved = [(field, field.default, field.__dict__.get("_get_default")) for field in fields]

    def next_id() -> uuid.UUID:
        return seeded_uuid(rng)

    try:
        for field in fields:
            field.default = next_id
            field.__dict__.pop("_get_default", None)  # a cached property made from `default`
        yield next_id
    finally:
        for field, default, cached in saved:
            field.default = default
            field.__dict__.pop("_get_default", None)
            if cached is not None:
                field.__dict__["_get_default"] = cached
