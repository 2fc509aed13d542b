"""Back with their work: a form that the gate stops is kept, and offered again after the answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import GATE
from tests.acceptance.pages import accepting, declining, elements, page, words
from tests.conftest import PASSWORD

Browse = Callable[..., Client]
CHECKOUT = "/shop/checkout/?size=42"
ORDER = {"shoe": "Larch", "note": "By the back door.\r\nRing <twice> & wait.", "extra": ["laces", "wax"]}
HOUR = timedelta(hours=1)

pytestmark = [pytest.mark.look, pytest.mark.usefixtures("shop", "first")]


def stopped(client: Client, data: Any = ORDER, *, address: str = CHECKOUT, **extra: Any) -> str:
    """Send a form that the gate stops, and give where the review page then leads; empty for nowhere."""
    response = client.post(address, data, **extra)
    assert response.status_code == 303
    return parse_qs(urlsplit(response.headers["Location"]).query).get("next", [""])[0]


def answered(client: Client, back: str, *, slug: str = "privacy") -> str:
    """Accept on the review page, and give where that leads."""
    address = f"/me/review/{slug}/"
    response = client.post(address, accepting(client.get(address, {"next": back}).content))
    return str(response.headers["Location"])


def offered(client: Client, address: str) -> tuple[str, list[tuple[str, str]]]:
    """Give where the form of the page sends what, as it stands."""
    form = next(form for form in page(client.get(address).content).forms if form.action)
    return str(form.action), [(str(name), str(value)) for name, value in form.form_values()]


def test_what_was_stopped_is_shown_after_the_answer_and_sent_by_a_button(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)

    leads_to = answered(client, back)
    shown = words(client.get(leads_to).content)
    action, fields = offered(client, leads_to)

    assert leads_to == back
    assert action == CHECKOUT
    assert [
        (name, value.replace("\r\n", "\n")) for name, value in fields if name != "csrfmiddlewaretoken"
    ] == [
        ("shoe", "Larch"),
        ("note", "By the back door.\nRing <twice> & wait."),
        ("extra", "laces"),
        ("extra", "wax"),
    ]
    assert "shoe Larch note By the back door. Ring <twice> & wait. extra laces extra wax" in shown


def test_the_button_works_once_and_with_a_fresh_token(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE, enforce_csrf_checks=True)
    token = elements(page(client.get("/me/").content), "//input[@name='csrfmiddlewaretoken']")[0].get("value")
    back = stopped(client, ORDER | {"csrfmiddlewaretoken": token})
    review = client.get("/me/review/privacy/", {"next": back})
    client.post("/me/review/privacy/", accepting(review.content))
    action, fields = offered(client, back)
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value.replace("\n", "\r\n"))

    response = client.post(action, sent)

    assert (response.status_code, response.content) == (200, b"Ordered.")
    assert sent["csrfmiddlewaretoken"] != [token]
    assert client.get(back).status_code == 404
    assert "unsent" not in client.session


def test_nothing_is_sent_by_opening_the_page(alice: User, browse: Browse, settings: Any) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)
    answered(client, back)

    for _ in range(2):
        response = client.get(back)

        assert response.status_code == 200
        assert elements(page(response.content), "//script | //meta[@http-equiv]") == []


def test_the_review_page_says_that_it_is_kept(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)

    assert "What you sent is kept for an hour." in words(
        client.get("/me/review/privacy/", {"next": back}).content
    )


def test_what_may_be_secret_is_not_kept_and_the_page_says_so(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    secrets = {
        "csrfmiddlewaretoken": "hidden-1",
        "new_password1": "hidden-2",
        "CardNumber": "hidden-3",
        "cvc": "hidden-4",
    }
    back = stopped(client, ORDER | secrets)
    answered(client, back)

    shown = words(client.get(back).content)

    assert "Not kept, because it may be secret: CardNumber, cvc, new_password1" in shown
    kept = [Session.objects.get(pk=client.session.session_key).get_decoded(), offered(client, back)]
    assert "hidden" not in repr(kept)


@pytest.mark.parametrize(
    ("data", "extra"),
    [
        ({"shoe": "Larch", "picture": SimpleUploadedFile("foot.png", b"png")}, {}),
        ({"note": "x" * (64 * 1024)}, {}),
        (f"{'x' * 40_000}=1&password{'y' * 40_000}=2", {"content_type": "application/x-www-form-urlencoded"}),
        ("shoe=Larch", {"content_type": "text/plain"}),
        ('{"shoe": "Larch"}', {"content_type": "application/json"}),
    ],
    ids=["file", "long", "long names", "text", "json"],
)
def test_what_cannot_be_kept_is_said_not_to_be(
    alice: User, browse: Browse, data: Any, extra: dict[str, str]
) -> None:
    client = browse(alice, at=GATE)

    back = stopped(client, data, **extra)

    assert back == ""
    assert "What you sent could not be kept" in words(client.get("/me/review/privacy/").content)
    assert "unsent" not in client.session


def test_a_form_without_fields_is_offered_too(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client, {})
    answered(client, back)

    assert offered(client, back)[0] == CHECKOUT


def test_it_is_dropped_after_an_hour(alice: User, browse: Browse, freeze: Any) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)
    answered(client, back)
    statuses = []

    for at in (GATE + HOUR - timedelta(seconds=1), GATE + HOUR):
        freeze(at)
        statuses.append(client.get(back).status_code)
    client.get("/shop/")

    assert statuses == [200, 404]
    assert "unsent" not in client.session


def test_the_page_says_what_to_do_where_nothing_is_kept(alice: User, browse: Browse) -> None:
    response = browse(alice, at=GATE).get("/me/unsent/anything/")

    assert response.status_code == 404
    assert "is not kept any more. Please enter it again." in words(response.content)


def test_nobody_else_gets_it(alice: User, charlie: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)

    assert browse(charlie, at=GATE).get(back).status_code == 404
    # Not on another device of the same person either.
    assert browse(alice, at=GATE).get(back).status_code == 404
    assert browse(None, at=GATE).get(back).status_code == 302


@pytest.mark.parametrize("signs_out", [True, False])
def test_it_ends_with_the_sign_out_and_for_who_signs_in_after(
    alice: User, charlie: User, browse: Browse, *, signs_out: bool
) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)
    if signs_out:
        client.post("/accounts/logout/")

    for person in (charlie, alice):
        client.force_login(person)

        assert "unsent" not in client.session
        assert client.get(back).status_code == 404
    assert not any("unsent" in session.get_decoded() for session in Session.objects.all())


def test_it_ends_when_the_password_is_changed_elsewhere(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)
    alice.set_password(PASSWORD + "!")
    alice.save()

    assert client.get(back).status_code == 302
    assert "unsent" not in client.session


def test_it_can_be_thrown_away(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)

    response = client.post(back)

    assert (response.status_code, response.headers["Location"]) == (302, "/me/")
    assert client.get(back).status_code == 404


def test_the_same_form_is_kept_once_and_only_three_are(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)

    first_back = stopped(client, {"shoe": "Larch"})
    others = [stopped(client, {"shoe": shoe}) for shoe in ("Alder", "Heather", "Larch")]
    fourth = client.post(CHECKOUT, {"shoe": "Rowan"})

    # Whoever was told that theirs is kept finds it; the one too many is said not to be.
    assert "could not be kept beside the others" in words(client.get(fourth.headers["Location"]).content)
    assert len(client.session["unsent"]) == 3
    kept = [client.get(back).status_code != 404 for back in (first_back, *others)]
    assert kept == [False, True, True, True]


def test_where_two_policies_are_asked_about_it_is_offered_after_both(
    alice: User, agreement: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)

    between = client.get(answered(client, back))
    offer = answered(
        client, parse_qs(urlsplit(between.headers["Location"]).query)["next"][0], slug="profiling"
    )

    assert urlsplit(between.headers["Location"]).path == "/me/review/profiling/"
    assert offer == back
    assert offered(client, back)[0] == CHECKOUT


def test_who_declines_what_is_a_condition_is_not_offered_it(
    alice: User, agreement: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)
    answered(client, back)
    page_before = client.get("/me/review/profiling/", {"next": back}).content

    client.post("/me/review/profiling/", declining(page_before))

    assert client.get(back).status_code == 303


def test_another_form_to_the_same_address_leaves_it_kept(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client)
    answered(client, back)

    client.post(CHECKOUT, {"shoe": "Alder"})

    assert client.get(back).status_code == 200


def test_it_goes_to_a_path_of_this_site_alone(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)
    back = stopped(client, address="/shop/checkout/?next=//evil.example")
    answered(client, back)

    assert offered(client, back)[0] == "/shop/checkout/?next=//evil.example"


def test_a_program_s_form_is_not_kept(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)

    response = client.post(CHECKOUT, ORDER, headers={"accept": "application/json"})

    assert response.status_code == 403
    assert "unsent" not in client.session


def test_an_address_too_long_to_lead_back_to_is_left_out(alice: User, browse: Browse) -> None:
    client = browse(alice, at=GATE)

    short, long = (client.get("/shop/", {"q": "ä" * count}) for count in (10, 1000))

    assert "next=" in short.headers["Location"]
    assert long.headers["Location"] == "/me/review/privacy/"
