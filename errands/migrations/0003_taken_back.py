"""What was said by mistake is taken back by a step of its own; the price of one medicine was never written."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('errands', '0002_between_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='medicine',
            name='medicine_price',
        ),
        migrations.RemoveField(
            model_name='medicine',
            name='price',
        ),
        migrations.AddField(
            model_name='errandstep',
            name='undoes',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='undone_by', to='errands.errandstep', verbose_name='takes back'),
        ),
        migrations.AlterField(
            model_name='errandstep',
            name='step',
            field=models.CharField(choices=[('asked', 'asked for'), ('changed', 'changed'), ('taken', 'taken on'), ('given_back', 'given back to the list'), ('bought', 'bought or done'), ('called', 'called back'), ('nobody_home', 'nobody home'), ('handed_over', 'handed over'), ('refused', 'refused at the door'), ('not_to_be_had', 'not to be had'), ('withdrawn', 'withdrawn'), ('card_taken', 'card taken along'), ('card_returned', 'card brought back'), ('taken_back', 'said by mistake')], max_length=14, verbose_name='what'),
        ),
        migrations.AddConstraint(
            model_name='errandstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('step', 'taken_back'), ('undoes__isnull', False)), models.Q(models.Q(('step', 'taken_back'), _negated=True), ('undoes__isnull', True)), _connector='OR'), name='errand_step_takes_back_one'),
        ),
        migrations.AddConstraint(
            model_name='errandstep',
            constraint=models.UniqueConstraint(fields=('id', 'errand'), name='errand_step_with_errand'),
        ),
        migrations.RunSQL(
            "ALTER TABLE errands_errandstep ADD CONSTRAINT errand_step_taken_back_of_errand "
            "FOREIGN KEY (undoes_id, errand_id) REFERENCES errands_errandstep (id, errand_id) "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE errands_errandstep DROP CONSTRAINT errand_step_taken_back_of_errand",
        ),
    ]
