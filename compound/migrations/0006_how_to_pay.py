from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compound", "0005_household_keys")]

    operations = [
        migrations.AddField(
            model_name="compound",
            name="how_to_pay",
            field=models.TextField(
                blank=True,
                default="",
                help_text="One text, in the language that the residents read. No telephone or card numbers.",
                max_length=300,
                verbose_name="how, to whom and until when to pay",
            ),
        )
    ]
