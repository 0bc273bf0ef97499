"""`/healthz` and the logs: what a watcher and a reader of logs get to see."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from compound.accesslog import masked, masked_address
from compound.health import FRESH, health
from compound.models import Heartbeat


@pytest.mark.django_db
def test_health_when_the_last_heartbeat_is_old_names_the_worker() -> None:
    now = timezone.now()
    assert health(now) == {"database": "ok", "broker": "ok", "worker": "no heartbeat yet"}
    Heartbeat.objects.create(name="worker", at=now)
    assert health(now + FRESH) == {"database": "ok", "broker": "ok", "worker": "ok"}
    late = health(now + FRESH + dt.timedelta(seconds=1))
    assert late == {"database": "ok", "broker": "ok", "worker": "last heartbeat 46 s ago"}


@pytest.mark.django_db
@pytest.mark.errors_expected
def test_healthz_when_something_is_missing_answers_503_without_login(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ok": False, "database": "ok", "broker": "ok", "worker": "no heartbeat yet"},
    )
    Heartbeat.objects.create(name="worker", at=timezone.now())
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (200, True)


@pytest.mark.django_db
def test_health_when_the_broker_is_gone_names_it(settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    assert health(timezone.now())["broker"] == "unreachable"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/h/kT7pQ/", "/h/…/"),
        ("/s/7K3QX9M2AB", "/s/…"),
        ("/login/qr/abcDEF_123-xyz/", "/login/qr/…/"),
        ("/login/", "/login/"),
        ("/c/demo/rounds/?q=20-1702", "/c/demo/rounds/"),
        (
            "/c/demo/rounds/0b9f2c1e-5a55-4a8e-9d57-0b6f0e9a2c11/paste/",
            "/c/demo/rounds/0b9f2c1e-5a55-4a8e-9d57-0b6f0e9a2c11/paste/",
        ),
        ("/x/AAAAABBBBBCCCCCDDDDDEEEEE/", "/x/…/"),
        ("/static/css/base.0123456789abcdef.css", "/static/css/base.0123456789abcdef.css"),
        ("Not Found: /h/kT7pQ/?next=/", "Not Found: /h/…/"),
    ],
)
def test_masked_path_shows_no_bearer_code_and_no_query(path: str, shown: str) -> None:
    assert masked(path) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/%68/kT7pQ/", "/h/…/"),
        ("/%73%2F7K3QX9M2AB", "/s/…"),
        ("/login/%71r/abcDEF_123-xyz/?next=/", "/login/qr/…/"),
        ("/h/%20kT7pQ/", "/h/…/"),
        ("/h/kT%0a7pQ%22x/", "/h/…/"),
        ("/h/kT%3F7pQ/", "/h/…"),
        ("/c/a%20b?q=20-1702", "/c/a_b"),
        ("/c/demo%0AGET%20/admin/", "/c/demo_GET_/admin/"),
        ("/c/demo/%E6%A5%BC/", "/c/demo/楼/"),
    ],
)
def test_masked_address_when_written_in_percent_signs_is_masked_as_it_is_read(address: str, shown: str) -> None:
    assert masked_address(address) == shown
