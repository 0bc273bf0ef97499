"""A kept connection whose server has gone is found out before the first statement of a request."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend


@pytest.fixture
def another(db: None) -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own to this test's database, in a request that has begun."""
    wrapper = load_backend(settings.DATABASES["default"]["ENGINE"]).DatabaseWrapper(
        {**connection.settings_dict, "CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}, "default"
    )
    wrapper.connect()
    wrapper.health_check_enabled = True
    yield wrapper
    wrapper.close()


def backend_of(wrapper: BaseDatabaseWrapper) -> int:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone() == (True,)


def test_connection_that_the_server_has_ended_is_made_anew_for_the_next_request(another: BaseDatabaseWrapper) -> None:
    first = backend_of(another)
    another.health_check_done = False
    assert backend_of(another) == first
    end(first)
    another.health_check_done = False
    assert backend_of(another) != first
