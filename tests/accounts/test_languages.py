"""The language that was chosen on one page is spoken on the next, until the browser is closed."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from policies.models import PolicyVersion

pytestmark = [pytest.mark.look, pytest.mark.django_db]

COOKIE = settings.LANGUAGE_COOKIE_NAME


def spoken(client: Client, address: str) -> str:
    """Give the language of a page."""
    answer = client.get(address)
    assert "Cookie" in answer.headers["Vary"]
    return str(answer.headers["Content-Language"])


def test_the_language_that_a_visitor_chose_is_spoken_on_the_next_page(
    client: Client, make_version: Callable[..., PolicyVersion]
) -> None:
    make_version()

    before = spoken(client, "/")
    chosen = spoken(client, "/?language=de")

    assert (before, chosen) == ("en", "de")
    assert spoken(client, "/policies/privacy/versions/") == "de"
    assert spoken(client, "/policies/privacy/?language=fr") == "fr"
    assert spoken(client, "/") == "fr"


def test_the_choice_ends_with_the_visit_and_only_the_site_can_read_it(client: Client) -> None:
    cookie = client.get("/?language=de").cookies[COOKIE]

    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_page_that_nobody_chose_a_language_on_leaves_no_cookie(client: Client) -> None:
    for address in ("/", "/?language=tlh", "/?language="):
        assert COOKIE not in client.get(address).cookies


@pytest.mark.parametrize("nonsense", ["tlh", "", "de; DROP", "../de"])
def test_a_choice_that_is_no_language_of_the_site_is_none(client: Client, nonsense: str) -> None:
    client.cookies[COOKIE] = nonsense

    assert spoken(client, "/") == "en"


def test_what_was_chosen_goes_before_one_s_own_language_until_that_is_saved(
    bob: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(bob)
    own = spoken(client, "/me/")
    client.get("/?language=fr")

    chosen = spoken(client, "/me/")
    client.post("/me/details/", {"language": "de", "country": "DE", "time_zone": "Europe/Berlin"})

    assert (own, chosen, spoken(client, "/me/")) == ("de", "fr", "de")


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "base64", "idna", "latin-1", "no-such-thing"])
def test_what_comes_in_another_encoding_is_refused_with_a_sentence(client: Client, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    answer = client.generic("POST", "/accounts/login/", b"login=+2AA-", content_type=kind)

    assert answer.status_code == 415
    assert "UTF-8" in answer.content.decode()


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8", "us-ascii"])
def test_what_comes_in_utf_8_is_taken_by_whatever_name(client: Client, charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"

    answer = client.generic("POST", "/accounts/login/", b"--x--\r\n", content_type=kind)

    assert answer.status_code == 200
