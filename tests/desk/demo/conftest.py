"""One demo for all tests of a module: it costs seconds to make, and most tests only look at it."""

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from compound.models import Compound


def make(**options: Any) -> dict[str, Any]:
    """What `manage.py demo` prints."""
    out = io.StringIO()
    call_command("demo", **options, stdout=out, stderr=io.StringIO())
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.fixture(scope="module")
def made(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, Any]]:
    """What the command printed when it was asked for `MADE` of the module.

    Every test of the module finds this demo: what it changes goes at its end, the demo with the module's.
    """
    with django_db_blocker.unblock(), contextlib.ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        answer = make(**request.module.MADE)
        # Now, once: each test ends with what is still to be looked at.
        connection.check_constraints()
        ending = stack.pop_all()
    yield answer
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        ending.close()


@pytest.fixture
def demo(made: dict[str, Any], db: None) -> Compound:
    return Compound.objects.get(code="demo")


@pytest.fixture
def make_demo(db: None) -> Callable[..., dict[str, Any]]:
    """Makes it anew, and returns what the command printed."""
    return make
