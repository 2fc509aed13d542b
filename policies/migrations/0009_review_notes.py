from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0008_draft_bases"),
    ]

    operations = [
        migrations.AlterField(
            "historicalpolicyversion", "history_change_reason", models.TextField(null=True)
        ),
    ]
