"""Two coordinators share out at the same moment: one effect, and the other one is told."""

import datetime as dt

import pytest
from django.db import connection, transaction

from compound.models import AuditEntry
from orders.models import Sharing
from orders.services import sharing as services
from orders.services.locks import lock_round
from tests.at_once import Other, until_blocked
from tests.orders.sharing.scene import AFTER, cabbages


@pytest.mark.django_db(transaction=True)
def test_apply_sharing_when_two_coordinators_do_it_at_once_has_one_effect():
    scene = cabbages("2", ("3-101", "1"), ("3-102", "2"), ("3-201", "1"))
    draft = services.make_sharing(good=scene.good, by=scene.coordinator, at=AFTER)
    later = [AFTER + dt.timedelta(minutes=minutes) for minutes in (1, 2)]
    with transaction.atomic():
        lock_round(scene.round.pk)
        others = [
            Other(lambda at=at: services.apply_sharing(sharing=draft, by=scene.coordinator, at=at).applied_at)
            for at in later
        ]
        until_blocked(*others)
    outcomes = {other.ended() for other in others}
    assert len(outcomes) == 1
    assert outcomes <= set(later)
    assert Sharing.objects.filter(applied_at__isnull=False, replaced_at__isnull=True).count() == 1
    assert AuditEntry.objects.filter(action="sharing.applied").count() == 1
    assert sum(int(got) for got in scene.got().values()) == 2
    connection.close()
