"""Who wants no reminders: said by a signed link, by a mail program or on one's own page, and kept."""

from collections.abc import Callable

import pytest
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.test import Client

from acceptance.models import ChoiceSource, ReminderChoice
from acceptance.selectors import reminder_choice_of, stops_of
from acceptance.services import choose_reminders
from acceptance.tokens import TamperedLink, reminders_token, user_of
from accounts.models import User
from policies.models import PolicyVersion
from records.services import erase_person
from tests.acceptance.conftest import EFFECT, GATE
from tests.acceptance.pages import words
from tests.conftest import NOW

Browse = Callable[..., Client]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def address(person: User) -> str:
    return f"/me/reminders/{reminders_token(person.pk)}/"


def choices() -> list[tuple[str, bool, str]]:
    found = ReminderChoice.objects.order_by("pk")
    return [(str(choice.user), choice.is_wanted, choice.source) for choice in found]


def stopped() -> set[str]:
    people = User.objects.filter(Exists(stops_of(OuterRef("pk"))))
    return {person.email for person in people}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_stops_nothing(alice: User, method: str) -> None:
    response = Client().generic(method, address(alice))

    assert response.status_code == 200
    assert choices() == []


def test_the_link_shows_a_button_that_stops_reminders_without_signing_in(alice: User, bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    opened = words(client.get(address(alice)).content)

    pressed = client.post(address(alice))

    assert "Stop reminders" in opened
    assert pressed.status_code == 200
    assert "You stopped reminders on" in words(pressed.content)
    assert choices() == [(alice.email, False, ChoiceSource.LINK)]
    assert stopped() == {alice.email}


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=BoUnDaRy"]
)
def test_a_mail_program_stops_them_in_one_click(alice: User, kind: str) -> None:
    part = 'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n'
    body = (
        f"--BoUnDaRy\r\n{part}--BoUnDaRy--\r\n"
        if kind.startswith("multipart")
        else "List-Unsubscribe=One-Click"
    )
    client = Client(enforce_csrf_checks=True)

    response = client.generic("POST", address(alice), body, content_type=kind)

    assert response.status_code == 200
    assert choices() == [(alice.email, False, ChoiceSource.ONE_CLICK)]


def test_stopping_twice_is_recorded_once(alice: User) -> None:
    answers = [Client().post(address(alice), ONE_CLICK).status_code for _time in range(2)]

    assert answers == [200, 200]
    assert choices() == [(alice.email, False, ChoiceSource.ONE_CLICK)]


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "2" + token, lambda _: "nothing"])
def test_a_link_that_was_changed_stops_nothing(alice: User, change: Callable[[str], str]) -> None:
    response = Client().post(f"/me/reminders/{change(reminders_token(alice.pk))}/")

    assert response.status_code == 400
    assert "The link is not whole." in words(response.content)
    assert choices() == []


def test_a_link_of_nobody_says_so(db: None) -> None:
    response = Client().post(f"/me/reminders/{reminders_token(10**6)}/")

    assert response.status_code == 404
    assert choices() == []


def test_a_token_of_something_else_is_refused(alice: User, first: PolicyVersion) -> None:
    with pytest.raises(TamperedLink):
        user_of(signing.Signer(salt="something else", sep=".").sign(str(alice.pk)))


def test_who_is_signed_in_as_another_person_stops_the_reminders_of_the_link(
    alice: User, charlie: User, browse: Browse
) -> None:
    browse(charlie, at=NOW).post(address(alice))

    assert stopped() == {alice.email}


def test_reminders_are_stopped_and_begin_again_on_one_s_own_page(
    alice: User, bob: User, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    before = words(client.get("/me/").content)

    off = client.post("/me/reminders/", {"reminders": "off"}, follow=True)
    after = stopped()
    on = client.post("/me/reminders/", {"reminders": "on"}, follow=True)

    assert "You get a reminder where we asked for your answer" in before
    assert "You stopped reminders on" in words(off.content)
    assert "Remind me again" in words(off.content)
    assert after == {alice.email}
    assert "You get a reminder where we asked for your answer" in words(on.content)
    assert stopped() == set()
    assert choices() == [
        (alice.email, False, ChoiceSource.OWN_PAGE),
        (alice.email, True, ChoiceSource.OWN_PAGE),
    ]


def test_what_was_stopped_by_the_link_is_undone_on_the_page_and_can_be_stopped_again(
    alice: User, browse: Browse
) -> None:
    Client().post(address(alice))
    browse(alice, at=EFFECT).post("/me/reminders/", {"reminders": "on"})

    Client().post(address(alice))

    assert [is_wanted for _person, is_wanted, _source in choices()] == [False, True, False]
    assert stopped() == {alice.email}


def test_whoever_wants_them_anyway_leaves_no_record(alice: User) -> None:
    kept = choose_reminders(user_id=alice.pk, is_wanted=True, source=ChoiceSource.OWN_PAGE, now=NOW)

    assert kept is None
    assert reminder_choice_of(alice.pk) is None


def test_one_s_own_page_wants_a_person_and_a_form_of_ours(alice: User, browse: Browse) -> None:
    nobody = browse(None, at=EFFECT).post("/me/reminders/", {"reminders": "off"})
    forged = browse(alice, at=EFFECT, enforce_csrf_checks=True).post("/me/reminders/", {"reminders": "off"})
    opened = browse(alice, at=EFFECT).get("/me/reminders/")

    assert (nobody.status_code, forged.status_code, opened.status_code) == (403, 403, 405)
    assert choices() == []


def test_the_closed_gate_does_not_stand_before_the_link(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=GATE)

    assert client.get(address(alice)).status_code == 200
    assert client.post(address(alice)).status_code == 200


@pytest.mark.parametrize(
    "change", ["is_wanted = TRUE", "source = 'LINK'", "at = '2020-01-01 00:00:00+00:00'"]
)
def test_a_choice_never_changes(alice: User, change: str) -> None:
    choose_reminders(user_id=alice.pk, is_wanted=False, source=ChoiceSource.OWN_PAGE, now=NOW)

    with pytest.raises(IntegrityError, match="A choice about reminders never changes"):
        run(f"UPDATE acceptance_reminderchoice SET {change}")  # noqa: S608 - the changes stand above
    with pytest.raises(IntegrityError, match="A choice about reminders is never deleted"):
        run("DELETE FROM acceptance_reminderchoice")

    assert choices() == [(alice.email, False, ChoiceSource.OWN_PAGE)]


def test_the_link_from_a_choice_to_an_erased_person_is_cut(alice: User) -> None:
    choose_reminders(user_id=alice.pk, is_wanted=False, source=ChoiceSource.OWN_PAGE, now=NOW)

    ReminderChoice.objects.update(user=None)
    alice.delete()

    assert ReminderChoice.objects.get().user is None


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_of_whoever_was_erased_meanwhile_no_choice_is_recorded(alice: User) -> None:
    key = alice.pk
    erase_person(person_id=key, decided_by=None, now=NOW)

    made = choose_reminders(user_id=key, is_wanted=False, source=ChoiceSource.LINK, now=NOW)

    assert made is None
    assert choices() == []
