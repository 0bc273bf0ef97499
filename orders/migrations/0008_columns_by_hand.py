from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_sharing_withdrawn")]

    operations = [
        migrations.AddField(
            model_name="chainsource",
            name="columns",
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name="columns by hand"),
        ),
    ]
