"""Targets of the composite foreign keys of the apps above: a gate or a door with its compound."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compound', '0002_constraints_between_tables'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='gate',
            constraint=models.UniqueConstraint(fields=('id', 'compound'), name='gate_with_compound'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.UniqueConstraint(fields=('id', 'compound'), name='household_with_compound'),
        ),
    ]
