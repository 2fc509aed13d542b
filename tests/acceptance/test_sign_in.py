"""People sign in by password, or by a code sent to their address, and come back to where they were going."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client

from acceptance.models import Act
from accounts.models import User
from demo.sink import Sink
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.pages import accepting, elements, fields, page, words
from tests.conftest import PASSWORD

pytestmark = pytest.mark.look

Browse = Callable[..., Client]
REVIEW = "/me/review/privacy/"
LOGIN = "/accounts/login/"
CODE = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"
WRONG_WORDS = "correct horse batteries"


def is_signed_in(client: Client) -> bool:
    """Whether the browser belongs to somebody."""
    return "_auth_user_id" in client.session


def send(client: Client, address: str, field: str, **typed: str) -> str:
    """Open a page, fill in the form that has `field`, send it, and give where it leads; empty if nowhere."""
    form = fields(client.get(address).content, field)
    response = client.post(address, form | typed)
    return str(response.headers.get("Location", ""))


def code_in(mail: EmailMessage) -> str:
    """Give the code from a mail: the only line that stands alone without a space or a full stop."""
    body = mail.get_body(("plain",))
    assert body
    lines: list[str] = [line.strip() for line in body.get_content().splitlines()]
    [code] = [line for line in lines if line and line == line.upper() and " " not in line]
    return code


@pytest.fixture
def dora(make_person: Callable[..., User]) -> User:
    """Give Dora, who has no password."""
    person = make_person("dora")
    person.set_unusable_password()
    person.save()
    return person


def test_a_page_for_people_leads_to_the_sign_in_page_and_from_there_back(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(None, at=EFFECT)
    login = client.get(REVIEW).headers["Location"]

    leads_to = send(client, login, "password", login=alice.email, password=PASSWORD)

    assert (urlsplit(login).path, leads_to) == (LOGIN, REVIEW)
    assert "We keep orders for six years." in words(client.get(leads_to).content)


def test_the_address_may_be_written_in_capitals(alice: User, browse: Browse) -> None:
    client = browse(None, at=EFFECT)

    send(client, LOGIN, "password", login="ALICE@Example.com", password=PASSWORD)

    assert is_signed_in(client)


def test_without_an_aim_a_person_comes_to_their_own_page(alice: User, browse: Browse) -> None:
    client = browse(None, at=EFFECT)

    assert send(client, LOGIN, "password", login=alice.email, password=PASSWORD) == "/me/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@example.com", WRONG_WORDS),
        ("alice@example.com", ""),
        ("nobody@example.com", PASSWORD),
        ("", PASSWORD),
    ],
)
def test_a_wrong_password_or_address_signs_nobody_in(
    alice: User, browse: Browse, email: str, password: str
) -> None:
    client = browse(None, at=EFFECT)

    leads_to = send(client, LOGIN, "password", login=email, password=password)

    assert leads_to == ""
    assert not is_signed_in(client)


def test_who_left_does_not_sign_in(make_person: Callable[..., User], browse: Browse) -> None:
    gone = make_person("gone", is_active=False)
    client = browse(None, at=EFFECT)

    send(client, LOGIN, "password", login=gone.email, password=PASSWORD)

    assert not is_signed_in(client)


def test_behind_a_proxy_each_client_has_tries_of_its_own(
    make_person: Callable[..., User], first: PolicyVersion, browse: Browse, mailbox: Sink, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = []
    for number in range(24):
        form = {"email": make_person(f"person{number}").email}
        sent_by = {"X-Forwarded-For": f"203.0.113.{number}"}
        answers.append(browse(None, at=EFFECT).post(CODE, form, headers=sent_by).status_code)

    assert answers == [302] * 24


def test_the_administration_has_no_sign_in_of_its_own_where_passwords_could_be_guessed(
    db: None, browse: Browse
) -> None:
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    client = browse(None, at=EFFECT)

    answer = client.post("/admin/login/", {"username": root.email, "password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, LOGIN)
    assert not is_signed_in(client)


def test_nobody_learns_who_has_an_account_while_the_mail_server_is_away(
    dora: User, first: PolicyVersion, browse: Browse, settings: Any
) -> None:
    settings.EMAIL_PORT = 1

    known, unknown = (
        browse(None, at=EFFECT).post(CODE, {"email": email}) for email in (dora.email, "nobody@example.com")
    )

    assert (known.status_code, known.headers["Location"]) == (302, unknown.headers["Location"])


def test_the_sign_in_form_needs_its_csrf_token(alice: User, browse: Browse) -> None:
    client = browse(None, at=EFFECT, enforce_csrf_checks=True)

    refused = client.post(LOGIN, {"login": alice.email, "password": PASSWORD})

    assert refused.status_code == 403
    assert not is_signed_in(client)
    assert send(client, LOGIN, "password", login=alice.email, password=PASSWORD) == "/me/"


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example/", "http:evil.example", "/\\evil.example", "javascript:x"],
)
def test_signing_in_leads_to_no_other_site(alice: User, browse: Browse, address: str) -> None:
    client = browse(None, at=EFFECT)

    leads_to = send(
        client, f"{LOGIN}?next={quote(address, safe='')}", "password", login=alice.email, password=PASSWORD
    )

    assert leads_to == "/me/"


def test_who_has_no_password_is_sent_a_code_and_comes_back_to_the_review_page(
    dora: User, first: PolicyVersion, browse: Browse, mailbox: Sink
) -> None:
    client = browse(None, at=EFFECT)
    login = client.get(REVIEW).headers["Location"]
    [other] = [
        str(link.get("href"))
        for link in elements(page(client.get(login).content), "//main//a")
        if CODE in str(link.get("href"))
    ]

    asked = send(client, other, "email", email=dora.email)
    [mail] = mailbox.messages()
    leads_to = send(client, asked, "code", code=code_in(mail))

    assert mail["To"] == dora.email
    assert leads_to == REVIEW
    assert client.session["_auth_user_id"] == str(dora.pk)


def test_who_came_in_by_a_code_can_answer(
    dora: User, first: PolicyVersion, browse: Browse, mailbox: Sink
) -> None:
    client = browse(None, at=EFFECT)
    asked = send(client, f"{CODE}?next={REVIEW}", "email", email=dora.email)
    leads_to = send(client, asked, "code", code=code_in(mailbox.messages()[0]))

    client.post(leads_to, accepting(client.get(leads_to).content))

    assert Act.objects.get().user == dora


def test_a_wrong_code_signs_nobody_in_and_the_right_one_still_does(
    dora: User, browse: Browse, mailbox: Sink
) -> None:
    client = browse(None, at=EFFECT)
    asked = send(client, CODE, "email", email=dora.email)
    code = code_in(mailbox.messages()[0])

    wrong = send(client, asked, "code", code="WRONG1")
    before = is_signed_in(client)
    right = send(client, asked, "code", code=code)

    assert (wrong, before) == ("", False)
    assert (right, is_signed_in(client)) == ("/me/", True)


def test_a_code_is_good_for_the_browser_that_asked_for_it_alone(
    dora: User, browse: Browse, mailbox: Sink
) -> None:
    hers, another = browse(None, at=EFFECT), browse(None, at=EFFECT)
    send(hers, CODE, "email", email=dora.email)

    response = another.post(CONFIRM, {"code": code_in(mailbox.messages()[0])})

    assert response.status_code == 302
    assert not is_signed_in(another)


def test_a_code_is_good_for_one_sign_in(dora: User, browse: Browse, mailbox: Sink) -> None:
    client = browse(None, at=EFFECT)
    asked = send(client, CODE, "email", email=dora.email)
    code = code_in(mailbox.messages()[0])
    send(client, asked, "code", code=code)
    client.post("/accounts/logout/")

    client.post(CONFIRM, {"code": code})

    assert not is_signed_in(client)


def test_the_page_does_not_say_whether_an_address_has_an_account(
    dora: User, browse: Browse, mailbox: Sink
) -> None:
    pages = {}

    for email in (dora.email, "nobody@example.com"):
        client = browse(None, at=EFFECT)
        leads_to = send(client, CODE, "email", email=email)
        pages[email] = leads_to, words(client.get(leads_to).content).replace(email, "")

    assert pages[dora.email] == pages["nobody@example.com"]
    assert pages[dora.email][0] == CONFIRM


def test_an_address_without_an_account_is_sent_no_code(dora: User, browse: Browse, mailbox: Sink) -> None:
    client = browse(None, at=EFFECT)
    send(client, CODE, "email", email="nobody@example.com")

    for mail in mailbox.messages():
        with pytest.raises(ValueError, match="values to unpack"):
            code_in(mail)


def test_nobody_registers_here(db: None, browse: Browse) -> None:
    client = browse(None, at=EFFECT)

    client.post(
        "/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    )

    assert not User.objects.filter(email="new@example.com").exists()
    assert not is_signed_in(client)


def test_signing_out_needs_a_form_and_ends_the_session(alice: User, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)

    client.get("/accounts/logout/")
    before = is_signed_in(client)
    client.post("/accounts/logout/")

    assert (before, is_signed_in(client)) == (True, False)


def test_the_sign_in_pages_are_the_site_s_own(browse: Browse) -> None:
    client = browse(None, at=EFFECT)

    for address in (LOGIN, CODE):
        response = client.get(address)

        assert response.status_code == 200
        assert elements(page(response.content), "//header//a[@class='site-name']")
