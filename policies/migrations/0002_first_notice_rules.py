"""The notice rules that a shop begins with. Counsel edits them in the administration.

The days and the demands are defaults to be reviewed, each with the source that it follows.
"""

from django.db import migrations

OWN_CLAUSE = (
    "The shop's own update clause: shown prominently, in effect afterwards, accepted by continued use"
)
WORDING = "Wording only: nothing changes for the reader"
TRANSPARENCY = "GDPR Art. 12(1), 13(3); WP260 rev.01 para. 29-31: well before it takes effect"
CONSENT = "GDPR Art. 6(1)(a), 13(3), recital 32: silence is no consent"
DIGITAL = "Directive (EU) 2019/770 Art. 19: notice on a durable medium, 30 days to end the contract"
UNFAIR = "Directive 93/13/EEC, annex 1(j): no unilateral change without a valid reason"
EPRIVACY = "Directive 2002/58/EC Art. 5(3): prior consent for a new purpose"

# kind, class, place, days of notice, told, asks, days of grace, reminders, deemed by use, source
RULES = []
for kind in ("PRIVACY_NOTICE", "TERMS", "COOKIES", "OTHER"):
    RULES += [
        (kind, "EDITORIAL", "*", 0, False, "NONE", 0, [], False, WORDING),
        (kind, "NEUTRAL", "*", 0, True, "NONE", 0, [], False, OWN_CLAUSE),
        (kind, "BENEFICIAL", "*", 0, True, "NONE", 0, [], False, OWN_CLAUSE),
        (kind, "MATERIAL", "*", 14, True, "ACKNOWLEDGE", 14, [7], True, OWN_CLAUSE),
        (kind, "NEW_PURPOSE", "*", 30, True, "AGREE", 0, [14], False, CONSENT),
    ]
RULES += [
    ("PRIVACY_NOTICE", "NEUTRAL", "EU", 14, True, "NONE", 0, [], False, TRANSPARENCY),
    ("PRIVACY_NOTICE", "MATERIAL", "EU", 30, True, "ACKNOWLEDGE", 14, [14], False, TRANSPARENCY),
    ("PRIVACY_NOTICE", "NEW_PURPOSE", "EU", 30, True, "AGREE", 0, [14], False, CONSENT),
    ("TERMS", "NEUTRAL", "EU", 14, True, "NONE", 0, [], False, UNFAIR),
    ("TERMS", "MATERIAL", "EU", 30, True, "AGREE", 14, [14], False, DIGITAL),
    ("COOKIES", "MATERIAL", "EU", 14, True, "AGREE", 0, [7], False, EPRIVACY),
    ("COOKIES", "NEW_PURPOSE", "EU", 14, True, "AGREE", 0, [7], False, EPRIVACY),
]
COLUMNS = (
    "policy_kind",
    "change_class",
    "jurisdiction",
    "min_notice_days",
    "is_told",
    "assent",
    "grace_days",
    "reminder_days",
    "is_deemed_by_use",
    "source",
)


def write_rules(apps, schema_editor):
    """Write every rule that is not there yet."""
    rule = apps.get_model("policies", "NoticeRule")
    rows = [rule(**dict(zip(COLUMNS, row, strict=True))) for row in RULES]
    rule.objects.using(schema_editor.connection.alias).bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_first_tables")]

    operations = [migrations.RunPython(write_rules, migrations.RunPython.noop)]
