"""A text for the chat is of its round's compound and of its building's."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_notices_and_own_orders"), ("compound", "0003_targets_of_composite_keys")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE orders_notice ADD CONSTRAINT notice_{column}_in_compound "
            f"FOREIGN KEY ({column}_id, compound_id) REFERENCES {target} (id, compound_id) "
            "DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE orders_notice DROP CONSTRAINT notice_{column}_in_compound",
        )
        for column, target in (("round", "orders_round"), ("building", "compound_building"))
    ]
