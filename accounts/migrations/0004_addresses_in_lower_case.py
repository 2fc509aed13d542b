from django.db import migrations


def lower_addresses(apps, schema_editor):
    """Lower what the database could not: SQLite knows the case of ASCII letters alone.

    Where two people's addresses differ by case alone, the second stays as it is.
    """
    people = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    rows = people.order_by("pk").values_list("pk", "email", "guardian_email")
    for pk, email, guardian_email in list(filter(is_capital, rows.iterator(chunk_size=10_000))):
        person = people.filter(pk=pk)
        person.update(guardian_email=guardian_email.lower())
        if not people.filter(email=email.lower()).exists():
            person.update(email=email.lower())


def is_capital(row):
    """Whether an address of a person is not in lower case."""
    _pk, email, guardian_email = row
    return (email, guardian_email) != (email.lower(), guardian_email.lower())


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_erased"),
    ]

    operations = [migrations.RunPython(lower_addresses, migrations.RunPython.noop)]
