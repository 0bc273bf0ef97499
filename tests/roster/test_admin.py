"""The roster in the admin: the secretary looks at the own compound's rows and writes none of them there."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from compound.models import Role
from tests import make
from tests.roster.one_of_each import one_of_each

pytestmark = pytest.mark.django_db
TABLES = sorted(model._meta.model_name for model in admin.site._registry if model._meta.app_label == "roster")


def test_admin_when_the_secretary_looks_has_every_table_of_the_own_compound(client: Client) -> None:
    of, other = make.compound(), make.compound("dongyuan", "东园")
    one_of_each(of)
    one_of_each(other, 2, phone="13000000072")
    client.force_login(make.member(of, Role.SECRETARY))
    assert len(TABLES) == 15
    for table in TABLES:
        answer = client.get(reverse(f"admin:roster_{table}_changelist"))
        assert (table, answer.status_code) == (table, 200)
        rows = list(answer.context["cl"].queryset)
        assert (table, len(rows)) == (table, 7 if table == "availability" else 1)
        for row in rows:
            shown = client.get(reverse(f"admin:roster_{table}_change", args=[row.pk]))
            assert (table, shown.status_code) == (table, 200)
        assert "东园" not in answer.content.decode()
        assert client.get(reverse(f"admin:roster_{table}_add")).status_code == 403
