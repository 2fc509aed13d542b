from django.db import migrations
from django.db.models import Q

# Whoever may do one of these could read the lists of people until now, and goes on.
MEANT = (
    *("approve_version", "publish_version", "act_for_others"),
    *("carry_out_erasure", "hold_person", "make_pack"),
)


def give(apps, schema_editor):
    """Give the permission to the groups and people at the desk who work with people, and not to authors."""
    alias = schema_editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    kind, _created = kinds.get_or_create(app_label="accounts", model="user")
    permission, _created = permissions.get_or_create(
        content_type=kind, codename="list_people", defaults={"name": "Can see and download lists of people"}
    )
    of_theirs = Q(permissions__codename__in=MEANT)
    permission.group_set.add(*apps.get_model("auth", "Group").objects.using(alias).filter(of_theirs))
    people = apps.get_model("accounts", "User").objects.using(alias)
    permission.user_set.add(*people.filter(user_permissions__codename__in=MEANT))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_addresses_in_lower_case"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [("list_people", "Can see and download lists of people")],
                "verbose_name": "person",
                "verbose_name_plural": "people",
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
