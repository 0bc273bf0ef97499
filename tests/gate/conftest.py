"""A compound at eleven in the morning, and a way in for each role."""

from collections.abc import Callable

import pytest
from django.test import Client

from compound.models import Building, Compound, Role
from tests import make
from tests.make import ELEVEN


@pytest.fixture
def of(db: None, clock) -> Compound:
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def log_in(of: Compound) -> Callable[..., Client]:
    """`log_in(Role.CAPTAIN, building=three)`: a client of the one of the cast who has this role."""

    def log_in(role: Role = Role.COORDINATOR, *, building: Building | None = None) -> Client:
        client = Client()
        client.force_login(
            make.member(of, role, building=building), backend="django.contrib.auth.backends.ModelBackend"
        )
        return client

    return log_in
