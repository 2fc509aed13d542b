"""An act and an erasure at the same moment: the act goes with the person, or is refused."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from acceptance.models import Act, ActContext, EntryKind, LedgerEntry, Standing
from acceptance.selectors import ErasedMeanwhile
from acceptance.services import record_act
from accounts.models import User
from notifications.models import EventSource, MailEvent, MailEventKind, Notice, Suppression
from notifications.services import plan_campaigns
from notifications.services.events import record_event
from policies.models import PolicyVersion
from records.services import HeldAlready, NotThere, UnderHold, erase_person, place_hold
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import seal, verdicts
from tests.acceptance.records import REQUEST, answer, opened
from tests.conftest import NOW

ROUNDS = 60
REFUSED = (ErasedMeanwhile, NotThere, UnderHold, HeldAlready)

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="on SQLite only one writes at a time"
)


def at_once(*works: Callable[[], object]) -> list[Exception]:
    """Do things at the same moment, each on a connection of its own; gives what was refused."""
    start, refused = Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        connection.ensure_connection()
        start.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told below
            refused.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def acting(person: User) -> Callable[[], object]:
    """Give the answer of a person, whose page is open already."""
    form, shown = opened(person, at=EFFECT)
    return lambda: record_act(
        person=person, form=form, shown=shown, accepts=True, note="mine", request=REQUEST, now=EFFECT
    )


def erasing(person: User) -> Callable[[], object]:
    """Give the erasure of a person."""
    return lambda: erase_person(person_id=person.pk, decided_by=None, now=EFFECT)


@pytest.mark.parametrize("stays", [False, True], ids=["deleted", "emptied"])
@pytest.mark.parametrize("has_acted", [False, True], ids=["first", "again"])
def test_whoever_acts_while_they_are_erased_is_erased(
    committed: None,
    make_person: Callable[..., User],
    version: PolicyVersion,
    keeper: User,
    *,
    stays: bool,
    has_acted: bool,
) -> None:
    acted = 0
    for number in range(ROUNDS // 4):
        person = make_person(f"person{number}")
        if has_acted:
            answer(person, at=EFFECT, accepts=False)
        if stays:
            # Whoever did something at the desk keeps an account without a name.
            keeper.logentry_set.create(user=person, object_repr="", action_flag=1)

        refused = at_once(acting(person), erasing(person))

        assert [error for error in refused if not isinstance(error, REFUSED)] == []
        assert User.objects.filter(email=person.email).count() == 0
        acted += not refused
    seal(EFFECT)

    assert not ActContext.objects.exists()
    assert not Standing.objects.exists()
    assert not Act.objects.exclude(user=None, acted_by=None, note="").exists()
    assert Act.objects.count() == acted + (ROUNDS // 4 if has_acted else 0)
    assert LedgerEntry.objects.filter(kind=EntryKind.ERASURE).count() == ROUNDS // 4
    assert verdicts(EFFECT) == set()


def test_two_erasures_of_one_person_leave_one_entry(
    committed: None, make_person: Callable[..., User], version: PolicyVersion
) -> None:
    for number in range(10):
        person = make_person(f"person{number}")
        answer(person, at=EFFECT)

        refused = at_once(erasing(person), erasing(person))

        assert [type(error) for error in refused] == [NotThere]
    assert LedgerEntry.objects.filter(kind=EntryKind.ERASURE).count() == 10


def test_a_hold_and_an_erasure_at_once_leave_a_held_person_or_none(
    committed: None, make_person: Callable[..., User], version: PolicyVersion, keeper: User
) -> None:
    for number in range(10):
        person = make_person(f"person{number}")
        holding = lambda person=person: place_hold(  # noqa: E731 - one line, as above
            person_id=person.pk, reason="A lawsuit.", placed_by=keeper, now=EFFECT
        )

        refused = at_once(holding, erasing(person))

        assert [type(error) for error in refused] in ([NotThere], [UnderHold])
        assert User.objects.filter(pk=person.pk).exists() == isinstance(refused[0], UnderHold)


def test_a_report_of_a_mail_server_and_an_erasure_at_once_leave_no_address(
    committed: None, make_person: Callable[..., User], version: PolicyVersion
) -> None:
    for number in range(10):
        person = make_person(f"person{number}")
        plan_campaigns(now=NOW)
        notice = Notice.objects.get(user=person)
        Notice.objects.filter(pk=notice.pk).update(state="ACCEPTED", address=person.email)

        refused = at_once(lambda: bounce(notice, person), erasing(person))  # noqa: B023 - ends in this round

        assert refused == []
    assert set(Notice.objects.values_list("user", "address", "state")) <= {
        (None, "", "ACCEPTED"),
        (None, "", "BOUNCED"),
    }
    assert set(MailEvent.objects.values_list("diagnostic", flat=True)) == {""}
    assert not Suppression.objects.exists()


def bounce(notice: Notice, person: User) -> None:
    """Record that a notice came back, with words that quote the address."""
    record_event(
        notice_id=notice.pk,
        kind=MailEventKind.BOUNCED,
        status="5.1.1",
        diagnostic=f"550 <{person.email}>",
        source=EventSource.PIPE,
        digest=f"{notice.pk:064d}",
        now=NOW,
    )
