"""An errand's household is of its compound, and its steps only grow."""

from importlib import import_module

from django.db import migrations

append_only = import_module("compound.migrations.0002_constraints_between_tables").append_only


class Migration(migrations.Migration):
    dependencies = [("errands", "0001_initial"), ("compound", "0003_targets_of_composite_keys")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE errands_errand ADD CONSTRAINT errand_household_in_compound "
            "FOREIGN KEY (household_id, compound_id) REFERENCES compound_household (id, compound_id) "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE errands_errand DROP CONSTRAINT errand_household_in_compound",
        ),
        append_only("errands_errandstep"),
    ]
