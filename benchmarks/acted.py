"""Many acts with all that belongs to them, written at once, as `record_act` would have written them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.utils import timezone

from acceptance.bodies import act_body, commitments
from acceptance.models import Act, ActContext, ActKind, Channel, Presentation, Surface
from acceptance.presentations import Shown
from acceptance.services import import_acceptances, read_rows
from acceptance.services.acts import keep_presentation
from acceptance.services.entries import entry_of, text_of
from acceptance.signed_notes import Signer
from accounts.models import User
from policies.models import PolicyText, PolicyVersion

from .crowd import gather, publish

SIGNER = Signer("bench.example/policysite", Ed25519PrivateKey.from_private_bytes(b"1" * 32))
SLUG, PEOPLE, PORTION = "bench", 1_000, 20_000
ACTS = "id, user_id, version_id, text_id, kind, at, channel, presentation_id, acted_by_id, note"
TABLES = {
    "acceptance_act": ACTS,
    "acceptance_actcontext": "act_id, salt, email, ip, user_agent",
    "acceptance_ledgerentry": "kind, body, act_id, entered_at",
}
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"


def enter(count: int) -> None:
    """Enter so many acts of a thousand people, on the one version of one policy."""
    if not PolicyVersion.objects.exists():
        gather(PEOPLE, now=timezone.now())
        publish(SLUG, now=timezone.now())
        shown = Shown(Surface.REVIEW_PAGE.value, "en", "I have seen it.", "Acknowledge", "Decline", "", "")
        keep_presentation(shown)
    for begin in range(0, count, PORTION):
        copy_acts(min(PORTION, count - begin))


@transaction.atomic
def copy_acts(count: int) -> None:
    """Copy so many acts, contexts and entries into their tables, in one transaction."""
    version = PolicyVersion.objects.select_related("policy").get()
    text = version.texts.get()
    presentation, people = (
        Presentation.objects.get(),
        list(User.objects.order_by("pk")[:PEOPLE]),
    )
    about: dict[str, str | int] = {
        "policy": version.policy.slug,
        "version": version.number or 0,
        "language": text.language,
        "sha256": text.sha256,
    }
    rows: dict[str, list[Sequence[Any]]] = {table: [] for table in TABLES}
    began = timezone.now()
    for number in range(count):
        person, key, salt = people[number % len(people)], uuid4(), token_bytes(32)
        at, kind = began + timedelta(microseconds=number), ActKind.ACKNOWLEDGED.value
        told = (
            key,
            person.pk,
            version.pk,
            text.pk,
            kind,
            at,
            Channel.WEB.value,
            presentation.pk,
            person.pk,
            "",
        )
        body = act_body(
            act=str(key),
            kind=kind,
            at=at,
            channel=Channel.WEB.value,
            text=about,
            presentation=presentation.sha256,
            committed=commitments(salt, person=person.pk, email=person.email, acted_by=person.pk, note=""),
        )
        rows["acceptance_act"].append(told)
        rows["acceptance_actcontext"].append((key, salt, person.email, "192.0.2.1", AGENT))
        rows["acceptance_ledgerentry"].append(("ACT", body, key, at))
    for table, columns in TABLES.items():
        copy_rows(table, columns, rows[table])


def enter_at_the_desk(count: int) -> None:
    """Enter so many acts of the first people, each of which the person before them has on paper."""
    text, shown = PolicyText.objects.select_related("version__policy").get(), Presentation.objects.get()
    staff, *people = User.objects.order_by("pk")[: count + 1]
    for person in people:
        act = Act(user=person, acted_by=staff, version=text.version, text=text, presentation=shown)
        act.kind, act.channel = ActKind.DECLINED, Channel.DESK
        act.at, act.note = timezone.now(), "A letter."
        act.save(force_insert=True)
        context = ActContext.objects.create(act=act, salt=token_bytes(32), email=person.email)
        entry_of(act, context, text=text_of(act), presentation=shown.sha256).save()


def take_over(count: int) -> None:
    """Take so many acceptances over, of the first people; of none is the version known."""
    people = User.objects.order_by("pk")[:count]
    lines = ["email,at,version,source", *(f"{person.email},2020-01-01T00:00Z,,Old shop" for person in people)]
    import_acceptances(slug=SLUG, rows=read_rows(lines), skip_bad=False, tell=print, now=timezone.now())


def copy_rows(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Copy rows into a table; on SQLite, insert them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * (columns.count(",") + 1))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names of ours
            cursor.executemany(statement, [[as_sqlite_has_it(value) for value in row] for row in rows])


def as_sqlite_has_it(value: Any) -> Any:
    """Give a value as Django keeps it on SQLite."""
    if isinstance(value, UUID):
        return value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
