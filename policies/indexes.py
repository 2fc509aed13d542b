"""Foreign keys without an index of their own, where another index begins with the same column."""

from typing import Any

from django.db.migrations import AlterField
from django.db.models import Index


class DropOwnIndex(AlterField):
    """Alters a foreign key that gets `db_index=False`, by dropping its index and nothing else.

    As Django would do it SQLite makes the table anew, and triggers of other tables name that.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - as Django calls it
        """Drop the index, by whatever name the database has it."""
        meta = to_state.apps.get_model(app_label, self.model_name)._meta  # noqa: SLF001 - documented for all to use
        column, connection = meta.get_field(self.name).column, schema_editor.connection
        with connection.cursor() as cursor:
            known = connection.introspection.get_constraints(cursor, meta.db_table)
        for name, found in known.items():
            if found["index"] and not found["unique"] and found["columns"] == [column]:
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # noqa: ARG002 - the same
        """Make an index again. Its name differs from the first one's: the way forward goes by the column."""
        model, index = to_state.apps.get_model(app_label, self.model_name), Index(fields=[self.name])
        index.set_name_with_model(model)
        schema_editor.add_index(model, index)
