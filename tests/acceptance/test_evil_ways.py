"""`next` in evil forms, at every door that takes one: to a page of this site, or nowhere."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.pages import accepting, elements, fields, page
from tests.conftest import PASSWORD

Browse = Callable[..., Client]
Form = dict[str, str]
REVIEW = "/me/review/privacy/"
SITE = "http://testserver"

pytestmark = pytest.mark.once

# Those that lead away wherever they are believed, and those that some browsers or servers read so.
EVIL = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "//evil.example\\@testserver/",
    "https://evil.example",
    "HTTPS://EVIL.EXAMPLE/",
    "http:evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "ftp://evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://evil.example/1",
    "file:///etc/passwd",
    "mailto:eve@evil.example",
    "https://testserver@evil.example/",
    "https://testserver:80@evil.example/",
    "https://testserver.evil.example/",
    "https://evil.example#testserver",
    "https://evil.example?testserver",
    "//evil.example/%2e%2e",
    "http://[::1]/",
    "http://[evil.example/",
    "http://testserver:99999999/",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\x00//evil.example",
    "\x1b//evil.example",
    "\x7f//evil.example",
    "\u3000//evil.example",
    "\u200b//evil.example",
    "\uff0f\uff0fevil.example",
    "\u2044\u2044evil.example",
    "https:\u2215\u2215evil.example",
    "//evil\u3002example",
    "%2f%2fevil.example",
    "%2F%2Fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "%5c%5cevil.example",
    "/%09/evil.example",
    "%68ttps://evil.example",
    "/ok\r\nSet-Cookie: sessionid=evil",
    "/ok\r\n\r\n<script>alert(1)</script>",
    "../../../../evil.example",
    ".//evil.example",
    "@evil.example",
    ";//evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "\ud83d//evil.example".encode("utf-8", "replace").decode(),
    "/" + "a" * 10_240,
    "//evil.example/" + "a" * 10_240,
]


def ends_at(address: str, location: str) -> str:
    """Give where a browser goes that is at `address` and told to go to `location`.

    As the URL standard has it, it drops tabs and line breaks, and takes a backslash for a slash.
    """
    cleaned = location.strip("".join(map(chr, range(33))))
    cleaned = cleaned.translate({ord(letter): None for letter in "\t\r\n"}).replace("\\", "/")
    parts = urlsplit(cleaned)
    if parts.scheme in ("http", "https") and not parts.netloc:
        return f"{parts.scheme}://{cleaned.partition(':')[2].lstrip('/')}"
    if cleaned.startswith("//"):
        return f"http://{cleaned.lstrip('/')}"
    return urljoin(SITE + address, cleaned)


def leads(response: Any, address: str) -> list[str]:
    """Give where an answer leads a browser: at once, by its links, or by its forms."""
    assert response.status_code < 500
    if "Location" in response.headers:
        assert len(response.headers["Location"]) <= 4000
        return [ends_at(address, response.headers["Location"])]
    tree = page(response.content)
    found = [*elements(tree, "//a/@href"), *elements(tree, "//form/@action")]
    return [ends_at(address, str(lead)) for lead in found if not str(lead).startswith("mailto:")]


def open_review(client: Client, person: User, form: Form, evil: str) -> Any:
    """Open the review page, whose form carries the way back."""
    response = client.get(REVIEW, {"next": evil})
    assert ends_at(REVIEW, fields(response.content)["next"]).startswith(f"{SITE}/")
    return response


def answer_late(client: Client, person: User, form: Form, evil: str) -> Any:
    """Send the form without the tick, which shows the page again."""
    return client.post(REVIEW, form | {"answer": "accept", "next": evil})


def answer(client: Client, person: User, form: Form, evil: str) -> Any:
    """Answer, which leads back."""
    return client.post(REVIEW, form | {"ticked": "on", "answer": "accept", "next": evil})


def open_login(client: Client, person: User, form: Form, evil: str) -> Any:
    """Open the page to sign in on."""
    client.logout()
    return client.get("/accounts/login/", {"next": evil})


def sign_in(client: Client, person: User, form: Form, evil: str) -> Any:
    """Sign in, which leads on."""
    client.logout()
    # Nobody else signs in so often.
    cache.clear()
    login = {"login": person.email, "password": PASSWORD, "next": evil}
    response = client.post("/accounts/login/", login)
    assert response.status_code == 302
    return response


def sign_out(client: Client, person: User, form: Form, evil: str) -> Any:
    """Sign out, which leads on."""
    client.force_login(person)
    return client.post("/accounts/logout/", {"next": evil})


Door = Callable[[Client, User, Form, str], Any]
DOORS: list[Door] = [open_review, answer_late, answer, open_login, sign_in, sign_out]


@pytest.mark.parametrize(
    "away", ["//evil.example", "/\\evil.example", "https:evil.example", "\t//evil.example"]
)
def test_a_browser_would_leave_the_site_by_these(away: str) -> None:
    assert not ends_at("/me/", away).startswith(f"{SITE}/")


@pytest.mark.parametrize("door", DOORS)
def test_no_next_leads_off_the_site(alice: User, first: PolicyVersion, browse: Browse, door: Door) -> None:
    client = browse(alice, at=EFFECT)
    form = fields(client.get(REVIEW).content)

    led = [(evil, lead) for evil in EVIL for lead in leads(door(client, alice, form, evil), REVIEW)]

    assert len({evil for evil, _lead in led}) == len(EVIL)
    assert [(evil, lead) for evil, lead in led if not lead.startswith(f"{SITE}/")] == []


def test_an_address_of_the_site_leads_there(alice: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)
    opened = client.get(REVIEW, {"next": "/policies/privacy/?q=1"})

    response = client.post(REVIEW, accepting(opened.content))

    assert response.headers["Location"] == "/policies/privacy/?q=1"
