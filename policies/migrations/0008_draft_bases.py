from django.db import migrations, models
from django.db.models import F, Max, OuterRef, Subquery

# Without a default, for which SQLite would make the table anew, and triggers of other tables name it.
FIELD = {
    "null": True,
    "editable": False,
    "help_text": "The newest published version whose changes the draft holds; empty for none.",
    "verbose_name": "begun from version",
}


def fill_bases(apps, schema_editor):
    """Let each draft be begun from the version that was the newest one when it was made."""
    versions = apps.get_model("policies", "PolicyVersion").objects.using(schema_editor.connection.alias)
    before = versions.filter(policy=OuterRef("policy"), published_at__lte=OuterRef("created_at"))
    newest = before.values("policy").annotate(newest=Max("number")).values("newest")
    drafts = versions.filter(published_at=None)
    drafts.annotate(newest=Subquery(newest)).update(base_number=F("newest"))


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0007_later_times"),
    ]

    operations = [
        migrations.AddField("historicalpolicyversion", "base_number", models.PositiveIntegerField(**FIELD)),
        migrations.AddField("policyversion", "base_number", models.PositiveIntegerField(**FIELD)),
        migrations.RunPython(fill_bases, migrations.RunPython.noop),
    ]
