"""Write down the rules that came with the site, so that what they were is known after they are edited."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

# What `policies.selectors.rules` looks for.
BASELINE = "as it came with the site"


def write_down(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Begin the history of every rule that has none."""
    rules = apps.get_model("policies", "NoticeRule")
    history = apps.get_model("policies", "HistoricalNoticeRule")
    database, now = schema_editor.connection.alias, timezone.now()
    known = set(history.objects.using(database).values_list("id", flat=True))
    fields = [field.attname for field in rules._meta.concrete_fields]  # noqa: SLF001 - Django documents it
    history.objects.using(database).bulk_create(
        history(
            history_type="+",
            history_date=now,
            history_change_reason=BASELINE,
            **{name: getattr(rule, name) for name in fields},
        )
        for rule in rules.objects.using(database).exclude(pk__in=known)
    )


class Migration(migrations.Migration):
    dependencies = [("policies", "0005_quiet_hours")]

    operations = [migrations.RunPython(write_down, migrations.RunPython.noop, elidable=False)]
