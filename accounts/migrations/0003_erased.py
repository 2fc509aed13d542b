from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_guardians"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="erased_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Set where the account stays without a name, because work at the desk points to it.",
                null=True,
                verbose_name="erased",
            ),
        ),
    ]
