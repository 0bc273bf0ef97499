"""What only grows: acts at phones and what they wrote, counts, prices."""

from importlib import import_module

from django.db import migrations

append_only = import_module("compound.migrations.0002_constraints_between_tables").append_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_to_the_door"), ("compound", "0002_constraints_between_tables")]

    operations = [
        append_only("orders_phoneevent"),
        append_only("orders_purchase"),
        append_only("orders_handover"),
        append_only("orders_doormark"),
        append_only("orders_reliefcount"),
        append_only("orders_itemprice"),
    ]
