import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def flag_chunks(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Have what was sent before entered too, as soon as notices are carried."""
    apps.get_model("notifications", "Chunk").objects.filter(accepted__gt=0).update(is_unentered=True)


class Migration(migrations.Migration):
    dependencies = [
        ("acceptance", "0011_handovers_and_rules"),
        ("notifications", "0013_paused_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="handover",
                        serialize=False,
                        to="notifications.notice",
                        verbose_name="notice",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="acceptance.ledgerentry",
                        verbose_name="ledger entry",
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                ("leaf", models.BinaryField(max_length=32, verbose_name="hash")),
                ("salt", models.BinaryField(max_length=32, verbose_name="salt")),
            ],
            options={
                "verbose_name": "handover to the mail server",
                "verbose_name_plural": "handovers to the mail server",
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "place"), name="handover_once_per_place")
                ],
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="sha256",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of the message, as it was sent.",
                max_length=64,
                verbose_name="digest",
            ),
        ),
        migrations.AddField(
            model_name="chunk",
            name="is_unentered",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The mail server may have taken something that the ledger does not know of.",
                verbose_name="to be entered",
            ),
        ),
        migrations.RunPython(flag_chunks, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="chunk",
            index=models.Index(
                condition=models.Q(("is_unentered", True)), fields=["id"], name="chunk_unentered"
            ),
        ),
    ]
