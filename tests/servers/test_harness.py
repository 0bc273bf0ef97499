"""The harness itself: what it gives and what it forbids."""

import socket

import pytest
from django.db import connection


@pytest.mark.django_db
def test_database_in_tests_is_postgresql_18_with_builtin_utf8() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, current_user, lower('ÄÖ')")
        assert cursor.fetchone() == (18, "shouwang", "äö")


def test_socket_beyond_loopback_is_refused() -> None:
    # pytest-socket warns before it raises, and warnings are errors here.
    with socket.socket() as probe, pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        probe.connect(("192.0.2.1", 80))
