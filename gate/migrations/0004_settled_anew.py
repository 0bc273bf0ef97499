"""A settlement can be taken back by a row that follows it; a check's rulebook is of the check's own compound.

The composite key stands in the place of the plain one, so that a check is asked no more often than before. Its target
is on the table of `compound`, under a name like those that Django gives there.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

RULEBOOK_TARGET = "compound_rulebook_id_compound_id_uniq"
ADD_RULEBOOK_KEY = f"""
ALTER TABLE compound_rulebook ADD CONSTRAINT {RULEBOOK_TARGET} UNIQUE (id, compound_id);
ALTER TABLE gate_check ADD CONSTRAINT check_rulebook_in_compound FOREIGN KEY (rulebook_id, compound_id)
    REFERENCES compound_rulebook (id, compound_id) DEFERRABLE INITIALLY DEFERRED
"""
DROP_RULEBOOK_KEY = f"""
ALTER TABLE gate_check DROP CONSTRAINT check_rulebook_in_compound;
ALTER TABLE compound_rulebook DROP CONSTRAINT {RULEBOOK_TARGET}
"""
ADD_PAIR_KEY = """
ALTER TABLE gate_conflict ADD CONSTRAINT conflict_follows_same_pair FOREIGN KEY (follows_id, earlier_id, later_id)
    REFERENCES gate_conflict (id, earlier_id, later_id) DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compound", "0006_how_to_pay"),
        ("gate", "0003_cheaper_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "check",
            "rulebook",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="compound.rulebook",
                verbose_name="judged by rulebook",
            ),
        ),
        migrations.RunSQL(ADD_RULEBOOK_KEY, DROP_RULEBOOK_KEY),
        migrations.AddField(
            "conflict",
            "follows",
            models.OneToOneField(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="taken_back",
                to="gate.conflict",
                verbose_name="settlement taken back",
            ),
        ),
        migrations.AddField("conflict", "reopened_at", models.DateTimeField(null=True, verbose_name="taken back at")),
        migrations.AddField(
            "conflict",
            "reopened_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="taken back by",
            ),
        ),
        migrations.AddField(
            "conflict",
            "reopened_why",
            models.CharField(blank=True, default="", max_length=200, verbose_name="taken back because"),
        ),
        migrations.RemoveConstraint("conflict", "conflict_pair_once"),
        migrations.AddConstraint(
            "conflict",
            models.UniqueConstraint(
                fields=["earlier", "later"], condition=Q(follows__isnull=True), name="conflict_pair_once"
            ),
        ),
        migrations.AddConstraint(
            "conflict",
            models.UniqueConstraint(
                fields=["earlier", "later"], condition=Q(settled_at__isnull=True), name="conflict_open_once"
            ),
        ),
        migrations.AddConstraint(
            "conflict", models.UniqueConstraint(fields=["id", "earlier", "later"], name="conflict_with_pair")
        ),
        migrations.RunSQL(ADD_PAIR_KEY, "ALTER TABLE gate_conflict DROP CONSTRAINT conflict_follows_same_pair"),
        migrations.AddConstraint(
            "conflict",
            models.CheckConstraint(
                condition=Q(follows__isnull=True, reopened_at__isnull=True, reopened_by__isnull=True, reopened_why="")
                | (
                    Q(follows__isnull=False, reopened_at__isnull=False, reopened_by__isnull=False)
                    & ~Q(reopened_why="")
                ),
                name="conflict_reopened_by_and_why",
            ),
        ),
    ]
