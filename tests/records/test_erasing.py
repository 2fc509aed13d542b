"""Who is erased is found nowhere any more, and what they did still verifies."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from acceptance.models import Act, ActContext, EntryKind, Exposure, LedgerEntry, ReminderChoice, Standing
from acceptance.selectors import ErasedMeanwhile
from accounts.models import User
from demo.sink import Sink
from notifications.emails import rebuilt
from notifications.models import Chunk, MailEvent, Notice, Suppression
from notifications.services import run_due
from notifications.services.claiming import Claim, settle
from notifications.services.events import record_event
from notifications.services.settling import settlement
from notifications.transport import Fate, Outcome
from policies.models import PolicyVersion
from records.models import ErasureRequest
from records.services import NotThere, UnderHold, erase_person, place_hold
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import seal, verdicts
from tests.acceptance.records import enter
from tests.conftest import NOW
from tests.records.conftest import ADDRESS, BROWSER, EARLIER, IP, KEY_IN_SHOP, NAME, acted

AT = EFFECT + timedelta(hours=1)
SOUGHT = (NAME, ADDRESS, EARLIER, IP, BROWSER, KEY_IN_SHOP)


def whole_database() -> Iterator[tuple[str, str]]:
    """Give every value of every column of every table as text, whoever made the table, with where it is."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - of our tables
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", in_words(table, column, value)


def in_words(table: str, column: str, value: object) -> str:
    """Give a value as text; a session opened, because it holds its data packed and signed."""
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    if (table, column) == ("django_session", "session_data"):
        return json.dumps(signing.loads(str(value), salt="django.contrib.sessions.SessionStore"))
    return str(value)


def found(*sought: str) -> set[str]:
    """Give the columns of the database in which one of these words stands, in whatever case."""
    return {place for place, words in whole_database() for word in sought if word.lower() in words.lower()}


def test_before_an_erasure_the_search_finds_the_person_in_every_place(
    wilhelmina: User, client: Client
) -> None:
    client.force_login(wilhelmina)

    assert {
        "accounts_user.email",
        "accounts_user.external_id",
        "account_emailaddress.email",
        "acceptance_act.note",
        "acceptance_actcontext.email",
        "acceptance_actcontext.ip",
        "acceptance_actcontext.user_agent",
        "django_admin_log.object_repr",
        "django_admin_log.change_message",
        "notifications_mailevent.diagnostic",
        "notifications_notice.address",
        "notifications_notice.reply",
        "notifications_suppression.address",
        "notifications_suppression.detail",
        "records_legalhold.reason",
    } <= found(*SOUGHT)


def test_after_an_erasure_the_person_is_found_nowhere_in_the_whole_database(
    wilhelmina: User, client: Client
) -> None:
    # Signed in by a code, whose session holds the address, too.
    client.force_login(wilhelmina)
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "email": ADDRESS}]
    session.save()
    assert "django_session.session_data" in found(ADDRESS)

    erase_person(person_id=wilhelmina.pk, decided_by=None, now=AT)

    assert found(*SOUGHT) == set()


def test_no_row_leads_to_the_key_of_an_erased_person(wilhelmina: User, client: Client) -> None:
    client.force_login(wilhelmina)
    erase_person(person_id=wilhelmina.pk, decided_by=None, now=AT)

    leading = [
        model._base_manager.filter(**{field.name: wilhelmina.pk})
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is User
    ]
    assert len(leading) > 20
    assert not any(rows.exists() for rows in leading)
    assert not User.objects.filter(pk=wilhelmina.pk).exists()
    assert not Session.objects.exists()


def test_what_the_person_did_stays_and_the_ledger_is_sound(committed: None, wilhelmina: User) -> None:
    seal(AT)
    bodies = list(LedgerEntry.objects.order_by("pk").values_list("body", flat=True))

    erasure = erase_person(person_id=wilhelmina.pk, decided_by=None, now=AT)
    seal(AT)

    assert verdicts(AT) == set()
    assert Act.objects.filter(user=None, acted_by=None, note="").count() == Act.objects.count() == 2
    assert not ActContext.objects.exists()
    assert not Standing.objects.exists()
    assert Exposure.objects.filter(user=None).count() == Exposure.objects.count() == 3
    assert ReminderChoice.objects.get().user is None
    entry = LedgerEntry.objects.get(kind=EntryKind.ERASURE)
    assert json.loads(bytes(entry.body)) == {
        "type": "erasure",
        "erasure": str(erasure),
        "acts": 2,
        "entered": 0,
        "taken_over": 0,
        "told": 0,
        "erased_at": "2026-03-03T10:00:00.000000+00:00",
    }
    kept = LedgerEntry.objects.exclude(pk=entry.pk).order_by("pk").values_list("body", flat=True)
    assert [bytes(body) for body in kept] == [bytes(body) for body in bodies]


def test_nobody_else_loses_anything(wilhelmina: User, alice: User) -> None:
    acted(alice, EFFECT, accepts=True, note="Alice's", ip="203.0.113.9", browser="Opera")
    Suppression.objects.create(address="alice@example.com", reason="MANUAL", created_at=NOW)

    erase_person(person_id=wilhelmina.pk, decided_by=None, now=AT)

    assert Act.objects.get(user=alice).note == "Alice's"
    assert ActContext.objects.get().ip == "203.0.113.9"
    assert Standing.objects.get().user == alice
    assert Suppression.objects.get().address == "alice@example.com"


def test_an_address_to_which_somebody_elses_notices_go_stays_suppressed(
    wilhelmina: User, make_person: Callable[..., User]
) -> None:
    make_person("child", guardian_email=EARLIER)

    erase_person(person_id=wilhelmina.pk, decided_by=None, now=AT)

    assert Suppression.objects.get().address == EARLIER


def test_an_entry_by_somebody_who_was_erased_still_says_for_whom_it_was(
    committed: None, alice: User, make_person: Callable[..., User], version: PolicyVersion
) -> None:
    staff = make_person("staff", groups=("Support",))
    enter(version, alice, staff, at=EFFECT)
    seal(AT)

    erase_person(person_id=staff.pk, decided_by=None, now=AT)
    seal(AT)

    assert verdicts(AT) == set()
    assert (Act.objects.get().user, Act.objects.get().acted_by) == (alice, None)
    said = json.loads(bytes(LedgerEntry.objects.get(kind=EntryKind.ERASURE).body))
    assert (said["acts"], said["entered"]) == (0, 1)


def test_of_who_worked_at_the_desk_an_account_without_a_name_stays(
    author: User, version: PolicyVersion, client: Client
) -> None:
    client.force_login(author)

    erase_person(person_id=author.pk, decided_by=None, now=AT)

    author.refresh_from_db()
    assert version.author == author
    assert author.email.endswith("@erased.invalid")
    assert (author.is_active, author.erased_at, author.groups.count()) == (False, AT, 0)
    assert not author.has_usable_password()
    assert found("author@example.com") == set()
    assert not Session.objects.exists()


def test_nobody_acts_for_an_account_without_a_name(
    author: User, wilhelmina: User, version: PolicyVersion
) -> None:
    erase_person(person_id=author.pk, decided_by=None, now=AT)

    person = User.objects.get(pk=author.pk)
    with pytest.raises(ErasedMeanwhile):
        acted(person, AT, accepts=True)
    copied = Act.objects.filter(user=wilhelmina).latest("at")
    copied.pk, copied.user = uuid4(), person
    with pytest.raises(Exception, match="A person who was erased acts no more"), transaction.atomic():
        copied.save(force_insert=True)


def test_a_second_erasure_finds_nobody(wilhelmina: User, author: User, version: PolicyVersion) -> None:
    for person in (wilhelmina, author):
        erase_person(person_id=person.pk, decided_by=None, now=AT)

        with pytest.raises(NotThere, match="no account any more"):
            erase_person(person_id=person.pk, decided_by=None, now=AT)

    assert LedgerEntry.objects.filter(kind=EntryKind.ERASURE).count() == 2


def test_a_legal_hold_prevents_it_and_nothing_is_changed(wilhelmina: User, keeper: User) -> None:
    place_hold(person_id=wilhelmina.pk, reason="A lawsuit.", placed_by=keeper, now=AT)
    before = list(whole_database())

    with pytest.raises(UnderHold, match="under a legal hold"):
        erase_person(person_id=wilhelmina.pk, decided_by=None, now=AT)

    assert list(whole_database()) == before


def test_the_open_request_is_carried_out_and_says_no_more_of_whom(wilhelmina: User, keeper: User) -> None:
    erase_person(person_id=wilhelmina.pk, decided_by=keeper, now=AT)

    asked = ErasureRequest.objects.get()
    assert (asked.person, asked.carried_out_at, asked.decided_by) == (None, AT, keeper)


def test_a_notice_that_waits_is_not_sent(alice: User, told: User, mailbox: Sink) -> None:
    waiting = Notice.objects.get(user=alice)
    erase_person(person_id=alice.pk, decided_by=None, now=AT)
    Chunk.objects.update(lease_token=None, lease_until=None, due_at=NOW)

    run_due(clock=lambda: NOW)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("SKIPPED", "The person was erased.")
    assert "alice@example.com" not in [message["To"] for message in mailbox.messages()]


def test_what_comes_back_later_leaves_no_address(wilhelmina: User) -> None:
    notice = Notice.objects.get(user=wilhelmina)
    Notice.objects.update(state="SENDING")
    erase_person(person_id=wilhelmina.pk, decided_by=None, now=AT)

    settle(settlement(Claim(notice.pk, 1, NOW), Outcome(Fate.REFUSED, f"550 <{ADDRESS}>"), AT))
    record_event(
        notice_id=notice.pk,
        kind="COMPLAINED",
        status="",
        diagnostic=f"{ADDRESS} complained",
        source="PIPE",
        digest="b" * 64,
        now=AT,
    )

    assert found(*SOUGHT) == set()
    assert MailEvent.objects.count() == 2
    with pytest.raises(ValueError, match="The person was erased"):
        rebuilt(Notice.objects.get(pk=notice.pk))


def test_the_command_erases_and_says_under_what_name(
    wilhelmina: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("erase_person", ADDRESS.upper())

    entry = LedgerEntry.objects.get(kind=EntryKind.ERASURE)
    assert json.loads(bytes(entry.body))["erasure"] in capsys.readouterr().out
    with pytest.raises(CommandError, match="Nobody has the address") as refused:
        call_command("erase_person", ADDRESS)
    assert refused.value.returncode == 2


def test_whose_answer_was_entered_at_the_desk_can_be_erased(
    make_person: Callable[..., User], version: PolicyVersion
) -> None:
    person, staff = make_person("paper"), make_person("staff", groups=("Support",))
    act = enter(version, person, staff, at=EFFECT)

    erase_person(person_id=person.pk, decided_by=None, now=EFFECT)

    act.refresh_from_db()
    assert (act.user, act.note, act.acted_by) == (None, "", staff)
